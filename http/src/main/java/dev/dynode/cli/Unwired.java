package dev.dynode.cli;

import dev.dynode.node.NodeStarter;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** DELETE when {@link Dynode#main} names the real node and packer. */
final class Unwired {
  static final NodeStarter STARTER =
      settings -> {
        throw new CommandFailed("The node is not built in yet.");
      };

  static final Packer PACKER =
      new Packer() {
        @Override
        public void pack(Path folder, Set<Path> excluded, OutputStream out) {
          throw new CommandFailed("Packing is not built in yet.");
        }

        @Override
        public Map<String, String> processTypes(String procfile) {
          throw new CommandFailed("Procfiles are not built in yet.");
        }
      };

  private Unwired() {}
}
