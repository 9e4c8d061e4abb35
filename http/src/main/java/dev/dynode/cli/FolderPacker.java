package dev.dynode.cli;

import dev.dynode.domain.app.Procfile;
import dev.dynode.store.SlugArchive;
import dev.dynode.store.SlugMeasure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Makes slugs of folders, by the rules of slugs and Procfiles. */
final class FolderPacker implements Packer {
  @Override
  public void pack(Path folder, Set<Path> excluded, OutputStream out) throws IOException {
    SlugArchive.pack(folder, excluded, SlugArchive.Times.FIXED, out);
  }

  @Override
  public long bytes(Path folder, Set<Path> excluded, long most) throws IOException {
    return SlugMeasure.bytes(folder, excluded, most);
  }

  @Override
  public Map<String, String> processTypes(String procfile) {
    try {
      return Procfile.parse(procfile);
    } catch (Procfile.Malformed e) {
      throw new CommandFailed("Procfile: " + Reason.of(e));
    }
  }
}
