package dev.dynode.edge.api.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class TokensTest {
  @TempDir Path folder;

  @Test
  void theFirstStartMakesATokenThatStays() throws Exception {
    Path data = folder.resolve("data");
    var tokens = new Tokens(data);
    String token = Files.readString(data.resolve("credentials")).strip();
    assertTrue(token.matches("HRKU-[\\w-]{43}"), token);
    assertTrue(tokens.verify(token));
    assertFalse(tokens.verify(token + "x"));
    assertFalse(tokens.verify(""));
    assertFalse(Files.readString(data.resolve("tokens.json")).contains(token.substring(5)));
    for (String file : new String[] {"tokens.json", "credentials"}) {
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(file))));
    }
    var again = new Tokens(data);
    assertTrue(again.verify(token));
    assertEquals(tokens.createdAt(), again.createdAt());
    assertEquals(token, Files.readString(data.resolve("credentials")).strip());
  }

  @Test
  void damagedTokensOpenNothing() throws Exception {
    Files.writeString(folder.resolve("tokens.json"), "{\"tokens\": [{\"sha256\": \"zz\"}]}");
    assertThrows(IOException.class, () -> new Tokens(folder));
    Files.writeString(folder.resolve("tokens.json"), "{");
    assertThrows(IOException.class, () -> new Tokens(folder));
  }
}
