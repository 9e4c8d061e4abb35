package dev.dynode.offline;

import dev.dynode.cli.client.Recordings;
import dev.dynode.cli.client.Records;
import dev.dynode.cli.client.Story;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads journals and history files for commands that only know of stories. */
public final class OfflineRecordings implements Recordings {
  @Override
  public Records in(Path data) {
    return FolderRecords.open(data);
  }

  @Override
  public Story story(Path file, @Nullable String dyno) {
    return new FileStory(file, dyno);
  }
}
