package dev.dynode.node.command;

import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cluster.tls.NodeCertificates;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dynode tls}: what nodes of a cluster know one another by. */
@Command(
    name = "tls",
    description = {"Make the certificates of --cluster-tls, with an authority of your own.", ""},
    synopsisSubcommandLabel = "ca | cert")
final class TlsCommand {
  @Command(
      name = "ca",
      description = "Make an authority: ca.pem, and ca-key.pem, which stays here.",
      mixinStandardHelpOptions = true)
  int ca(
      @Option(
              names = "--folder",
              paramLabel = "DIR",
              defaultValue = ".",
              description = "Where; this folder if not given.")
          Path folder)
      throws IOException {
    NodeCertificates.makeAuthority(folder, Clock.systemUTC().instant());
    System.out.println(
        "Made "
            + folder.resolve("ca.pem").normalize()
            + " (ten years). Keep "
            + folder.resolve("ca-key.pem").normalize()
            + " from everyone.");
    return 0;
  }

  @Command(
      name = "cert",
      description = {
        "Make the folder each node is given: key.pem, cert.pem (397 days) and ca.pem.",
        "One that is there is made anew; nodes read the files again while they run."
      },
      mixinStandardHelpOptions = true)
  int cert(
      @Option(
              names = "--folder",
              paramLabel = "DIR",
              defaultValue = ".",
              description = "Folder of the authority; this one if not given.")
          Path folder,
      @Parameters(paramLabel = "NAME", arity = "1..*", description = "Names of nodes.")
          List<String> names)
      throws IOException {
    for (String name : names) {
      if (!name.matches("[A-Za-z0-9][A-Za-z0-9.-]{0,62}")) {
        throw new CommandFailed(
            "NAME must be 1 to 63 letters, digits, dots and dashes, not \"" + name + "\".", 2);
      }
    }
    for (String name : names) {
      Path made = NodeCertificates.makeNode(folder, name, Clock.systemUTC().instant());
      System.out.println("Made " + made.normalize() + ", for --cluster-tls of " + name + ".");
    }
    return 0;
  }
}
