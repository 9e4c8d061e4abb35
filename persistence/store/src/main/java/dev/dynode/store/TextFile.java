package dev.dynode.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that somebody wrote by hand, in UTF-8. */
public final class TextFile {
  private TextFile() {}

  /**
   * All of it.
   *
   * @throws IOException if it cannot be read, or is no such text: the message names file and line
   */
  public static String read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file.getFileName() + " is no file that can be read. Remove it.");
    }
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IOException("Cannot read " + file.getFileName() + " (" + e + ").", e);
    }
    var in = ByteBuffer.wrap(bytes);
    var out = CharBuffer.allocate(bytes.length);
    if (StandardCharsets.UTF_8.newDecoder().decode(in, out, true).isError()) {
      long line = 1;
      for (int i = 0; i < in.position(); i++) {
        line += bytes[i] == '\n' ? 1 : 0;
      }
      throw new IOException(
          file.getFileName() + " line " + line + ": this is no UTF-8. Save the file in UTF-8.");
    }
    return out.flip().toString();
  }
}
