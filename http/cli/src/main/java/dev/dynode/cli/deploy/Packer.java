package dev.dynode.cli.deploy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the commands need to know about slugs. */
public interface Packer {
  /**
   * Writes the folder as a gzipped tar; the same content gives the same bytes.
   *
   * @param excluded absolute paths inside the folder that are left out, with all below them
   * @return a sentence for each thing that is not packed as it is on disk
   */
  List<String> pack(Path folder, Set<Path> excluded, OutputStream out) throws IOException;

  /**
   * Bytes that the folder holds, not compressed and without what is left out; not counted further
   * than {@code most}.
   */
  long bytes(Path folder, Set<Path> excluded, long most) throws IOException;

  /** Process type to command, in the order of the Procfile. */
  Map<String, String> processTypes(Path procfile) throws IOException;
}
