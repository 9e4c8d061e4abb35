package dev.dynode.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dynode.keeper.KeeperProtocol.Order;
import dev.dynode.keeper.KeeperProtocol.Report;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What nodes and keepers of different builds say to each other. Whoever changes it must raise
 * {@link KeeperProtocol#VERSION}, and dynos of former keepers have to be stopped before an upgrade.
 */
@Tag("unit")
class KeeperProtocolTest {
  private static final int VERSION = 2;

  @Test
  void aKeeperOfAFormerBuildIsUnderstood() {
    List<String> frames =
        Stream.of(
                new Report.Hello("k", 7, "/mnt", VERSION),
                new Report.Kept("d:1", 8, true, true, false, -1, 9, 1),
                new Report.Told(2),
                new Report.Output("d:1", 3, new byte[] {65, 66}, false),
                new Report.Exited("d:1", 143))
            .map(KeeperProtocol::frame)
            .map(HexFormat.of()::formatHex)
            .toList();
    assertEquals(
        List.of(
            "0000001601000000016b00000007000000042f6d6e7400000002",
            "0000001f0400000003643a3100000008010100ffffffff000000000000000900000001",
            "00000009050000000000000002",
            "000000170600000003643a31000000000000000300000002414200",
            "0000000c0700000003643a310000008f"),
        frames);
    assertEquals(VERSION, KeeperProtocol.VERSION);
  }

  @Test
  void aKeeperOfAFormerBuildUnderstands() {
    List<String> frames =
        Stream.of(
                new Order.Tell(2),
                new Order.Read("d:1", 3, 4),
                new Order.CloseInput("d:1"),
                new Order.Forget("d:1"),
                new Order.Stop(),
                new Order.Retire(),
                new Order.KeepFor(1_000))
            .map(KeeperProtocol::frame)
            .map(HexFormat.of()::formatHex)
            .toList();
    assertEquals(
        List.of(
            "00000009020000000000000002",
            "000000180300000003643a3100000000000000030000000000000004",
            "000000080400000003643a31",
            "000000080500000003643a31",
            "0000000106",
            "0000000107",
            "000000090800000000000003e8"),
        frames);
  }
}
