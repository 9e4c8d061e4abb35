package dev.dynode.cli.deploy;

import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.domain.app.Procfile;
import dev.dynode.store.SlugArchive;
import dev.dynode.store.SlugMeasure;
import dev.dynode.store.TextFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes slugs of folders, by the rules of slugs and Procfiles. */
public final class FolderPacker implements Packer {
  @Override
  public List<String> pack(Path folder, Set<Path> excluded, OutputStream out) throws IOException {
    return SlugArchive.pack(folder, excluded, SlugArchive.Times.FIXED, out);
  }

  @Override
  public long bytes(Path folder, Set<Path> excluded, long most) throws IOException {
    return SlugMeasure.bytes(folder, excluded, most);
  }

  @Override
  public Map<String, String> processTypes(Path procfile) throws IOException {
    try {
      return Procfile.parse(TextFile.read(procfile));
    } catch (Procfile.Malformed e) {
      throw new CommandFailed(String.valueOf(e.getMessage()));
    }
  }
}
