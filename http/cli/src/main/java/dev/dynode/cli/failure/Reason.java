package dev.dynode.cli.failure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigOrigin;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.time.DateTimeException;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Where exceptions become words for the person at the terminal: what is the matter, of which file,
 * host or setting, and never a name of Java's.
 */
public final class Reason {
  private static final String BUG =
      "something went wrong inside Dynode that should not; DYNODE_LOG=DEBUG shows where";

  /** What the C library calls it, and how it is said of a file. */
  private static final Map<String, String> OF_FILES =
      Map.ofEntries(
          Map.entry("No such file or directory", "there is no %s"),
          Map.entry("Permission denied", "no permission for %s"),
          Map.entry("Operation not permitted", "no permission for %s"),
          Map.entry("No space left on device", "no space is left on the disk of %s"),
          Map.entry("Disk quota exceeded", "no space is left to this user on the disk of %s"),
          Map.entry("Read-only file system", "%s is on a file system that cannot be written"),
          Map.entry("File name too long", "the name %s is too long"),
          Map.entry("File too large", "%s is larger than files may be here"),
          Map.entry("Not a directory", "a part of the path %s is a file, not a folder"),
          Map.entry("Is a directory", "%s is a folder, not a file"),
          Map.entry("Directory not empty", "the folder %s is not empty"),
          Map.entry("File exists", "%s is there already"),
          Map.entry("Too many levels of symbolic links", "%s is a link that leads to itself"),
          Map.entry("Too many open files", "too many files are open to open %s (ulimit -n)"),
          Map.entry("Text file busy", "%s is a program that runs"),
          Map.entry("Device or resource busy", "%s is in use"),
          Map.entry("Input/output error", "the disk of %s fails"),
          Map.entry("Stale file handle", "the network disk of %s has lost it"));

  /** The same where no file is named. */
  private static final Map<String, String> OF_NOTHING =
      Map.of(
          "No space left on device", "no space is left on the disk",
          "Disk quota exceeded", "no space is left to this user on the disk",
          "Read-only file system", "the file system cannot be written",
          "Too many open files", "too many files are open (ulimit -n)",
          "Input/output error", "the disk fails",
          "Broken pipe", "nobody reads at the other end any more",
          "Connection reset", "the other side broke the connection off",
          "Connection reset by peer", "the other side broke the connection off",
          "Unexpected end of file from server", "the other side ended before it had answered",
          "Cannot allocate memory", "this machine has no memory left");

  private static final Pattern NAMED = Pattern.compile("(.*) \\(([^()]*)\\)", Pattern.DOTALL);

  /** A class with its packages; what picocli and Pekko put into their sentences. */
  private static final Pattern CLASS =
      Pattern.compile("\\b(?:[a-z][a-z0-9_]*\\.)+(?:[A-Z]\\w*)(?:\\$\\w+)*:?\\s*");

  private static final Pattern OPTIONAL = Pattern.compile("Optional\\[([^\\[\\]]*)]");
  private static final Pattern NOWHERE = Pattern.compile("\\s*\\(String: \\d+\\)|^String: \\d+: ");
  private static final Pattern TYPE =
      Pattern.compile("(\\S+) has type (\\w+) rather than (?:\\w+ )?(\\w+)");
  private static final Map<String, String> TYPES =
      Map.of(
          "STRING", "a text",
          "NUMBER", "a number",
          "BOOLEAN", "on or off",
          "LIST", "a list",
          "OBJECT", "a block",
          "NULL", "null");

  private Reason() {}

  /** Why it happened, in words that may follow "Cannot do it: ". Never empty. */
  public static String of(Throwable e) {
    String said = said(e);
    return said.isBlank() ? BUG : said;
  }

  private static String said(Throwable e) {
    return switch (e) {
      case ApiError error -> error.text();
      case CommandFailed failed -> text(failed);
      case FileSystemException file -> file(file);
      case FileNotFoundException file -> file(file);
      case BindException _ -> "the port is in use, or the address is not this machine's";
      case ConnectException _ -> "nobody answers there";
      case NoRouteToHostException _ -> "there is no way to that machine through the network";
      case UnknownHostException host -> "the name " + host(host) + " is not known to name servers";
      case SocketTimeoutException _ -> "no answer came in time";
      case TimeoutException _ -> "it did not come about in time; this machine may be too busy";
      case SSLException tls -> tls(tls);
      case ConfigException config -> config(config);
      case JsonProcessingException json -> json(json);
      case EOFException _ -> "it ends before it should";
      case CharacterCodingException _ -> "it is not text in UTF-8";
      case InvalidPathException path -> "\"" + path.getInput() + "\" cannot be a path";
      case URISyntaxException uri -> "\"" + uri.getInput() + "\" is not an address";
      case InterruptedException _ -> "it was interrupted";
      case CancellationException _ -> "it was given up";
      case ClosedChannelException _ -> "it was closed meanwhile";
      case UncheckedIOException _ when e.getCause() != null -> of(e.getCause());
      case ExecutionException _ when e.getCause() != null -> of(e.getCause());
      case CompletionException _ when e.getCause() != null -> of(e.getCause());
      case NullPointerException _,
          ClassCastException _,
          IndexOutOfBoundsException _,
          NoSuchElementException _,
          ConcurrentModificationException _,
          UnsupportedOperationException _,
          ArithmeticException _ ->
          BUG;
      case DateTimeException time -> text(time);
      default -> other(e);
    };
  }

  /** What it says itself; where that is what its cause says, the words for the cause. */
  private static String other(Throwable e) {
    @Nullable Throwable cause = e.getCause();
    String text = text(e);
    if (cause == null) {
      return plain(OF_NOTHING.getOrDefault(text, text));
    }
    for (String quoted : List.of(cause.toString(), text(cause))) {
      if (text.equals(quoted) || text.isEmpty()) {
        return of(cause);
      }
      if (!quoted.isEmpty() && text.contains(quoted)) {
        return plain(text.replace(quoted, of(cause)));
      }
    }
    return plain(text);
  }

  /** Without what only programmers understand. */
  static String plain(String text) {
    String without = NOWHERE.matcher(text).replaceAll("");
    without = CLASS.matcher(without).replaceAll("");
    without = OPTIONAL.matcher(without).replaceAll("$1");
    without = without.replace("Optional.empty", "none").replace("()", "");
    return without.strip();
  }

  private static String text(Throwable e) {
    return e.getMessage() == null ? "" : e.getMessage();
  }

  private static String file(FileSystemException e) {
    String file = e.getFile() == null ? "a file" : e.getFile();
    return switch (e) {
      case NoSuchFileException _ -> ofFile("No such file or directory", file);
      case AccessDeniedException _ -> ofFile("Permission denied", file);
      case FileAlreadyExistsException _ ->
          ofFile("File exists", file)
              + (Files.isRegularFile(Path.of(file)) ? ", and is a file" : "");
      case NotDirectoryException _ -> file + " is a file, not a folder";
      case DirectoryNotEmptyException _ -> ofFile("Directory not empty", file);
      case FileSystemLoopException _ -> ofFile("Too many levels of symbolic links", file);
      default -> {
        String reason = e.getReason() == null ? "" : e.getReason();
        yield known(reason)
            .map(said -> said.formatted(file))
            .orElse(
                reason.isEmpty()
                    ? file + " cannot be used"
                    : file + " cannot be used (" + plain(reason) + ")");
      }
    };
  }

  /** {@code x.conf (No such file or directory)}. */
  private static String file(FileNotFoundException e) {
    Matcher named = NAMED.matcher(text(e));
    return named.matches() && known(named.group(2)).isPresent()
        ? ofFile(named.group(2), named.group(1))
        : text(e).isEmpty() ? "a file is not there" : plain(text(e));
  }

  /** Java adds to some of them. */
  private static Optional<String> known(String reason) {
    return OF_FILES.entrySet().stream()
        .filter(each -> reason.startsWith(each.getKey()))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  private static String ofFile(String reason, String file) {
    return known(reason).orElse("%s cannot be used").formatted(file);
  }

  private static String host(UnknownHostException e) {
    return text(e).replaceAll(":.*", "");
  }

  private static String tls(SSLException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertPathBuilderException) {
        return "the certificate there is of an authority that is not trusted; NODE_EXTRA_CA_CERTS names the file of the right one";
      }
      if (cause instanceof CertificateExpiredException) {
        return "the certificate there has expired";
      }
      if (text(cause).contains("subject alternative")) {
        return "the certificate there is of another name";
      }
    }
    return text(e).contains("Unsupported or unrecognized SSL message")
        ? "what answers there does not speak TLS"
        : "no connection by TLS (" + plain(text(e)) + ")";
  }

  private static String json(JsonProcessingException e) {
    return Optional.ofNullable(e.getLocation())
        .map(at -> "it is not JSON, line %d, column %d".formatted(at.getLineNr(), at.getColumnNr()))
        .orElse("it is not JSON");
  }

  private static String config(ConfigException e) {
    if (e.getCause() != null && e instanceof ConfigException.IO) {
      return of(e.getCause());
    }
    @Nullable ConfigOrigin origin = e.origin();
    String text = text(e);
    if (origin == null) {
      return plain(text);
    }
    String where = origin.description();
    text = text.startsWith(where + ": ") ? text.substring(where.length() + 2) : text;
    Matcher type = TYPE.matcher(text);
    if (type.find()) {
      String wanted = type.group(3);
      text =
          "%s must be %s, not %s"
              .formatted(
                  type.group(1),
                  TYPES.getOrDefault(wanted, "a " + wanted),
                  TYPES.getOrDefault(type.group(2), type.group(2)));
    }
    return plain(
        origin.filename() == null || where.contains("jar:")
            ? text
            : text + " (" + origin.filename() + ", line " + origin.lineNumber() + ")");
  }
}
