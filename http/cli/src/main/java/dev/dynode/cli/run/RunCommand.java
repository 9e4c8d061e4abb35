package dev.dynode.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dynode.cli.client.ApiClient;
import dev.dynode.cli.client.AppOptions;
import dev.dynode.cli.client.BackgroundNode;
import dev.dynode.cli.client.Json;
import dev.dynode.cli.client.NodeAddress;
import dev.dynode.cli.client.NodeOptions;
import dev.dynode.cli.deploy.Deployment;
import dev.dynode.cli.deploy.Packer;
import dev.dynode.cli.deploy.UnnamedFolder;
import dev.dynode.cli.failure.ApiError;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Words;
import dev.dynode.cli.terminal.Progress;
import dev.dynode.cli.terminal.Terminal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dynode run}: a one-off dyno, joined with this terminal. */
@Command(
    name = "run",
    description = {
      "Run a command in a one-off dyno, joined with this terminal.",
      "",
      "Without a node, starts one that stops again when its last dyno has ended. Without -a the app"
          + " is named after the current folder and created if need be, and the folder is deployed"
          + " when its content has changed. Exits with the command's own exit status; 255 when the"
          + " connection was lost.",
      ""
    },
    footer = {
      "",
      "One word after -- is shell text ('echo $HOME; ls'); several words reach the dyno exactly as"
          + " they are."
    })
public final class RunCommand implements Callable<Integer> {
  private static final Duration NODE_STOPS_WITHIN = Duration.ofSeconds(15);

  /** The stock command's exit code for it. */
  private static final int NO_APP = 2;

  private final Packer packer;

  @Spec private @Nullable CommandSpec spec;
  @Mixin private final NodeOptions node = new NodeOptions();
  @Mixin private final AppOptions app = new AppOptions();

  @Option(
      names = {"-d", "--detached"},
      description = "Do not attach: print the dyno's name; its output goes to the log.")
  private boolean detached;

  @Option(names = "--no-deploy", description = "Run what the app's current release has.")
  private boolean noDeploy;

  @Option(
      names = "--deploy",
      paramLabel = "DIR",
      description = "Deploy this folder if its content has changed.")
  private @Nullable Path deploy;

  @Option(
      names = {"-s", "--size"},
      paramLabel = "SIZE",
      description = "Dyno size, such as standard-2x.")
  private @Nullable String size;

  @Option(
      names = {"-e", "--env"},
      paramLabel = "K=V",
      description = "An environment variable for this dyno; may be repeated.")
  private Map<String, String> environment = new LinkedHashMap<>();

  @Option(names = "--type", paramLabel = "TYPE", description = "Process type; run if not given.")
  private @Nullable String type;

  @Option(
      names = "--no-tty",
      description = "No terminal in the dyno: plain pipes, every byte as it is.")
  private boolean noTty;

  @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "The command and its words.")
  private List<String> command = List.of();

  public RunCommand(Packer packer) {
    this.packer = packer;
  }

  @Override
  public Integer call() {
    if (noDeploy && deploy != null && spec != null) {
      throw new ParameterException(
          spec.commandLine(), "--no-deploy and --deploy exclude each other.");
    }
    Optional<NodeAddress> named = node.named();
    BackgroundNode.Found found =
        named.isPresent()
            ? new BackgroundNode.Found(named.get(), Optional.empty())
            : BackgroundNode.findOrStart(node.data());
    ApiClient api = new ApiClient(found.address());
    Terminal.@Nullable Size window = keys() ? Terminal.size(OneOff.STDOUT).orElse(null) : null;
    JsonNode dyno;
    try {
      dyno = create(api, window);
    } catch (RuntimeException e) {
      found.ours().ifPresent(BackgroundNode::stop);
      throw e;
    }
    if (detached) {
      System.out.println(dyno.path("name").asText());
      return 0;
    }
    int status = new OneOff(api, found.address(), dyno, keys(), window, text()).attach();
    found.ours().ifPresent(ours -> ours.awaitStop(NODE_STOPS_WITHIN, () -> busy(api)));
    return status;
  }

  private JsonNode create(ApiClient api, Terminal.@Nullable Size window) {
    String name = app.name();
    ensureApp(api, name);
    folder().ifPresent(folder -> deploy(api, name, folder));
    ObjectNode request = Json.object().put("command", text()).put("attach", !detached);
    ObjectNode env = request.putObject("env");
    @Nullable String term = System.getenv("TERM");
    if (term != null && !detached) {
      env.put("TERM", term);
    }
    if (window != null) {
      env.put("COLUMNS", window.columns()).put("LINES", window.lines());
    }
    if (!keys()) {
      request.put("force_no_tty", true);
    }
    environment.forEach(env::put);
    if (size != null) {
      request.put("size", size);
    }
    if (type != null) {
      request.put("type", type);
    }
    Progress progress = Progress.onStderr("Running " + text() + " on " + name);
    progress.is("starting");
    JsonNode dyno = api.post("/apps/" + name + "/dynos", request);
    if (detached) {
      progress.ends("done, " + dyno.path("name").asText());
    }
    return dyno;
  }

  private String text() {
    return Words.command(command);
  }

  private boolean keys() {
    return !noTty && !detached && Terminal.joined();
  }

  /** An app that was named must be there: a slip of the pen is not another app. */
  private void ensureApp(ApiClient api, String name) {
    try {
      api.get("/apps/" + name);
    } catch (ApiError e) {
      if (e.status() != 404) {
        throw e;
      }
      if (app.named()) {
        throw new CommandFailed(
            "Couldn't find that app. `dynode apps` lists those there are, `dynode create "
                + name
                + "` creates it.",
            NO_APP);
      }
      api.post("/apps", Json.object().put("name", name));
    }
  }

  private Optional<Path> folder() {
    if (deploy != null) {
      return Optional.of(deploy.toAbsolutePath().normalize());
    }
    if (noDeploy || app.given()) {
      return Optional.empty();
    }
    UnnamedFolder here = new UnnamedFolder();
    Optional<String> refusal = here.refusal();
    refusal.ifPresent(System.err::println);
    return refusal.isEmpty() ? Optional.of(here.path()) : Optional.empty();
  }

  private void deploy(ApiClient api, String name, Path folder) {
    if (deploy == null) {
      new UnnamedFolder().requireSmall(packer, Set.of(node.data()));
    }
    Progress progress = Progress.onStderr("Deploying " + folder.getFileName() + " to " + name);
    progress.is("packing");
    Deployment deployment = new Deployment(api, packer, Set.of(node.data()));
    deployment
        .deployIfChanged(name, folder)
        .ifPresentOrElse(
            release -> progress.ends("done, v" + release.path("version").asText()),
            () -> {
              if (deployment.notes().isEmpty()) {
                progress.is("unchanged");
              } else {
                progress.ends("unchanged");
              }
            });
    deployment.notes().forEach(System.err::println);
  }

  /** Whether the node has dynos that are not ours to wait for. */
  private static boolean busy(ApiClient api) {
    try {
      for (JsonNode each : api.get("/apps")) {
        if (!api.get("/apps/" + each.path("name").asText() + "/dynos").isEmpty()) {
          return true;
        }
      }
      return false;
    } catch (ApiError stopping) {
      return false;
    }
  }
}
