package dev.dynode.keeper;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a node and its {@link Keeper} say to each other. A frame is its length in four bytes, a byte
 * for its kind, and the fields in their order. A launch is named {@code <dyno>:<generation>}.
 */
public final class KeeperProtocol {
  /** Longest frame. The kernel takes no longer command and environment than a tenth of it. */
  static final int MOST = 32 << 20;

  /**
   * Counts changes of what a node may say to a keeper that an earlier build started, and hear from
   * it; {@link Program} and {@link Order.Go} may change, since such a keeper is told to start
   * nothing.
   */
  public static final int VERSION = 2;

  /** The oldest one that a node still understands. */
  public static final int OLDEST = 1;

  /** The first one that knows {@link Order.KeepFor}. */
  public static final int WITH_LEASE = 2;

  private KeeperProtocol() {}

  /**
   * A program to be started.
   *
   * @param record file that is written before the start, to tell that there was one
   * @param columns width of a pseudo-terminal; 0: pipes
   * @param input whether standard input is connected; without it the keeper reads the output
   * @param user host's user it runs as; -1: the keeper's
   * @param trial nobody's dyno: no lease ends it, and nobody will ask how it ended
   * @param waits whether its box is made, and {@link Order.Go} waited for; without that it is never
   *     run, and ends with the node's connection
   * @param bounds what the kernel holds it to
   * @param box what it is walled off with; null: nothing
   */
  public record Program(
      String launch,
      List<String> command,
      Map<String, String> environment,
      String folder,
      String record,
      int columns,
      int rows,
      boolean input,
      int user,
      boolean trial,
      boolean waits,
      Bounds bounds,
      @Nullable Box box) {}

  /**
   * Limits of a program and all it starts. A box is put into its groups before it does anything.
   *
   * @param groups doors of its control groups
   * @param openFiles descriptors of one process
   * @param fileBytes longest file; 0: not limited
   * @param dataBytes memory of one process; 0: not limited
   */
  public record Bounds(List<String> groups, long openFiles, long fileBytes, long dataBytes) {}

  /**
   * What the keeper makes ready for a sandboxed program. The program's descriptors beside the usual
   * three are: 3, which ends once everything is ready, then {@code data}, for a network of its own
   * one on which it tells its child in JSON, and for that or one that {@code waits} a last one, at
   * which it waits for a byte.
   *
   * @param lower the slug, never written to; empty: none
   * @param folder has {@code up}, {@code work} and {@code tmp} of the dyno
   * @param outbound slirp4netns, for a network of its own; empty: none
   * @param data contents of the descriptors from 4 on
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Box(String lower, String folder, String outbound, List<byte[]> data) {}

  /** What the node wants. */
  public sealed interface Order {
    record Start(long call, Program program) implements Order {}

    /** Let a program that waits run. */
    record Go(long call, String launch) implements Order {}

    /** Tell every launch that is kept. */
    record Tell(long call) implements Order {}

    /** Send output from this offset on; what is before {@code released} is not needed again. */
    record Read(String launch, long released, long from) implements Order {}

    record CloseInput(String launch) implements Order {}

    /** Close and forget a launch that has ended. */
    record Forget(String launch) implements Order {}

    /** Kill everything, and end. */
    record Stop() implements Order {}

    /**
     * Start nothing more, and end with the last launch, unless a node connects that starts some.
     */
    record Retire() implements Order {}

    /**
     * Kill everything, once, when so many milliseconds have passed without this being said again,
     * whether a node is connected or not. Nothing is started then, until it is said again or
     * another node connects.
     */
    record KeepFor(long millis) implements Order {}
  }

  /** What the keeper tells. */
  public sealed interface Report {
    /**
     * The first frame of a connection.
     *
     * @param boxes folder in which it mounts the file systems of sandboxes; empty: it makes none
     */
    record Hello(String keeper, int pid, String boxes, int version) implements Report {}

    /**
     * With it come the descriptors: the terminal, or input and output, or none. Of a program that
     * waits it is told twice, the second time without them.
     */
    record Started(long call, int pid, int descriptors) implements Report {}

    record NotStarted(long call, String reason) implements Report {}

    /**
     * A launch that is kept, with its descriptors.
     *
     * @param input whether it still has an input
     * @param status how it ended; -1 while it runs
     * @param released offset of the first byte of output that may be read again
     */
    record Kept(
        String launch,
        int pid,
        boolean terminal,
        boolean input,
        boolean retained,
        int status,
        long released,
        int descriptors)
        implements Report {}

    /** All were told. */
    record Told(long call) implements Report {}

    /** Output from an offset on; at the end no bytes. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Output(String launch, long from, byte[] bytes, boolean end) implements Report {}

    /** Nothing of it runs any more. */
    record Exited(String launch, int status) implements Report {}
  }

  /** The frame of an order. */
  public static byte[] frame(Order order) {
    return frame(
        out -> {
          switch (order) {
            case Order.Start(long call, Program program) -> {
              out.writeByte(1);
              out.writeLong(call);
              text(out, program.launch());
              out.writeInt(program.command().size());
              for (String word : program.command()) {
                text(out, word);
              }
              out.writeInt(program.environment().size());
              for (var variable : program.environment().entrySet()) {
                text(out, variable.getKey());
                text(out, variable.getValue());
              }
              text(out, program.folder());
              text(out, program.record());
              out.writeInt(program.columns());
              out.writeInt(program.rows());
              out.writeBoolean(program.input());
              out.writeInt(program.user());
              out.writeBoolean(program.trial());
              out.writeBoolean(program.waits());
              Bounds bounds = program.bounds();
              out.writeInt(bounds.groups().size());
              for (String group : bounds.groups()) {
                text(out, group);
              }
              out.writeLong(bounds.openFiles());
              out.writeLong(bounds.fileBytes());
              out.writeLong(bounds.dataBytes());
              Box box = program.box();
              out.writeBoolean(box != null);
              if (box != null) {
                text(out, box.lower());
                text(out, box.folder());
                text(out, box.outbound());
                out.writeInt(box.data().size());
                for (byte[] data : box.data()) {
                  out.writeInt(data.length);
                  out.write(data);
                }
              }
            }
            case Order.Tell(long call) -> {
              out.writeByte(2);
              out.writeLong(call);
            }
            case Order.Read(String launch, long released, long from) -> {
              out.writeByte(3);
              text(out, launch);
              out.writeLong(released);
              out.writeLong(from);
            }
            case Order.CloseInput(String launch) -> {
              out.writeByte(4);
              text(out, launch);
            }
            case Order.Forget(String launch) -> {
              out.writeByte(5);
              text(out, launch);
            }
            case Order.Stop() -> out.writeByte(6);
            case Order.Retire() -> out.writeByte(7);
            case Order.KeepFor(long millis) -> {
              out.writeByte(8);
              out.writeLong(millis);
            }
            case Order.Go(long call, String launch) -> {
              out.writeByte(9);
              out.writeLong(call);
              text(out, launch);
            }
          }
        });
  }

  /** The order in a frame, without its length. */
  static Order order(byte[] frame) throws IOException {
    var in = new DataInputStream(new ByteArrayInputStream(frame));
    return switch (in.readByte()) {
      case 1 -> {
        long call = in.readLong();
        String launch = text(in);
        List<String> command = new ArrayList<>();
        for (int words = in.readInt(); words > 0; words--) {
          command.add(text(in));
        }
        Map<String, String> environment = new LinkedHashMap<>();
        for (int variables = in.readInt(); variables > 0; variables--) {
          environment.put(text(in), text(in));
        }
        yield new Order.Start(
            call,
            new Program(
                launch,
                command,
                environment,
                text(in),
                text(in),
                in.readInt(),
                in.readInt(),
                in.readBoolean(),
                in.readInt(),
                in.readBoolean(),
                in.readBoolean(),
                bounds(in),
                in.readBoolean() ? box(in) : null));
      }
      case 2 -> new Order.Tell(in.readLong());
      case 3 -> new Order.Read(text(in), in.readLong(), in.readLong());
      case 4 -> new Order.CloseInput(text(in));
      case 5 -> new Order.Forget(text(in));
      case 6 -> new Order.Stop();
      case 7 -> new Order.Retire();
      case 8 -> new Order.KeepFor(in.readLong());
      case 9 -> new Order.Go(in.readLong(), text(in));
      default -> throw new IOException("the keeper does not know this order");
    };
  }

  private static Bounds bounds(DataInputStream in) throws IOException {
    List<String> groups = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      groups.add(text(in));
    }
    return new Bounds(groups, in.readLong(), in.readLong(), in.readLong());
  }

  private static Box box(DataInputStream in) throws IOException {
    String lower = text(in);
    String folder = text(in);
    String outbound = text(in);
    List<byte[]> data = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      data.add(in.readNBytes(in.readInt()));
    }
    return new Box(lower, folder, outbound, data);
  }

  /** The frame of a report. */
  public static byte[] frame(Report report) {
    return frame(
        out -> {
          switch (report) {
            case Report.Hello(String keeper, int pid, String boxes, int version) -> {
              out.writeByte(1);
              text(out, keeper);
              out.writeInt(pid);
              text(out, boxes);
              out.writeInt(version);
            }
            case Report.Started(long call, int pid, int descriptors) -> {
              out.writeByte(2);
              out.writeLong(call);
              out.writeInt(pid);
              out.writeInt(descriptors);
            }
            case Report.NotStarted(long call, String reason) -> {
              out.writeByte(3);
              out.writeLong(call);
              text(out, reason);
            }
            case Report.Kept kept -> {
              out.writeByte(4);
              text(out, kept.launch());
              out.writeInt(kept.pid());
              out.writeBoolean(kept.terminal());
              out.writeBoolean(kept.input());
              out.writeBoolean(kept.retained());
              out.writeInt(kept.status());
              out.writeLong(kept.released());
              out.writeInt(kept.descriptors());
            }
            case Report.Told(long call) -> {
              out.writeByte(5);
              out.writeLong(call);
            }
            case Report.Output(String launch, long from, byte[] bytes, boolean end) -> {
              out.writeByte(6);
              text(out, launch);
              out.writeLong(from);
              out.writeInt(bytes.length);
              out.write(bytes);
              out.writeBoolean(end);
            }
            case Report.Exited(String launch, int status) -> {
              out.writeByte(7);
              text(out, launch);
              out.writeInt(status);
            }
          }
        });
  }

  /** The report in a frame, without its length. */
  public static Report report(byte[] frame) throws IOException {
    var in = new DataInputStream(new ByteArrayInputStream(frame));
    return switch (in.readByte()) {
      case 1 -> new Report.Hello(text(in), in.readInt(), text(in), in.readInt());
      case 2 -> new Report.Started(in.readLong(), in.readInt(), in.readInt());
      case 3 -> new Report.NotStarted(in.readLong(), text(in));
      case 4 ->
          new Report.Kept(
              text(in),
              in.readInt(),
              in.readBoolean(),
              in.readBoolean(),
              in.readBoolean(),
              in.readInt(),
              in.readLong(),
              in.readInt());
      case 5 -> new Report.Told(in.readLong());
      case 6 -> {
        String launch = text(in);
        long from = in.readLong();
        byte[] bytes = in.readNBytes(in.readInt());
        yield new Report.Output(launch, from, bytes, in.readBoolean());
      }
      case 7 -> new Report.Exited(text(in), in.readInt());
      default -> throw new IOException("this report of the keeper is not known");
    };
  }

  private interface Fields {
    void write(DataOutputStream out) throws IOException;
  }

  private static byte[] frame(Fields fields) {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    try {
      out.writeInt(0);
      fields.write(out);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    byte[] frame = bytes.toByteArray();
    int length = frame.length - Integer.BYTES;
    for (int i = 0; i < Integer.BYTES; i++) {
      frame[i] = (byte) (length >>> (24 - 8 * i));
    }
    return frame;
  }

  /** {@code writeUTF} ends at 64 KiB. */
  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
  }
}
