package dev.dynode.edge.api.request;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.AcceptEncoding;
import org.apache.pekko.http.javadsl.model.headers.HttpEncodingRange;
import org.apache.pekko.http.javadsl.model.headers.HttpEncodings;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** Content codings: bodies may come compressed, and go so where that is asked for. */
public final class Coding {
  /** Shorter answers fit one packet as they are. */
  private static final int WORTH_IT = 1024;

  private Coding() {}

  /**
   * How a request's body is coded, before anything of it is read.
   *
   * @throws Problem.ApiException where it is a coding we cannot undo
   */
  public static String of(HttpRequest request) {
    String coding =
        request
            .getHeader("content-encoding")
            .map(header -> header.value().strip().toLowerCase(Locale.ROOT))
            .orElse("");
    return switch (coding) {
      case "", "identity" -> "";
      case "gzip", "x-gzip" -> "gzip";
      case "deflate" -> "deflate";
      default ->
          throw new Problem(
                  415,
                  "unsupported_media_type",
                  "Content-Encoding: \"" + coding + "\" is not understood; gzip and deflate are.")
              .withHeader("Accept-Encoding", "gzip, deflate")
              .exception();
    };
  }

  /**
   * What was sent, without its coding.
   *
   * @param most bytes of it; no more than that is ever unpacked
   */
  public static byte[] undo(String coding, byte[] sent, long most) {
    if (coding.isEmpty() || sent.length == 0) {
      return sent;
    }
    try (InputStream in = reader(coding, sent)) {
      byte[] plain = in.readNBytes(Math.toIntExact(most + 1));
      if (plain.length > most) {
        throw Errors.tooLarge(most).exception();
      }
      return plain;
    } catch (IOException e) {
      throw new Problem(
              400, "bad_request", "The body is not what its Content-Encoding says: " + coding + ".")
          .exception();
    }
  }

  private static InputStream reader(String coding, byte[] sent) throws IOException {
    var bytes = new ByteArrayInputStream(sent);
    if (coding.equals("gzip")) {
      return new GZIPInputStream(bytes);
    }
    // "deflate" is said of both: with zlib's two bytes in front, as it should, and without.
    boolean zlib =
        sent.length > 1
            && (sent[0] & 15) == 8
            && (((sent[0] & 255) << 8) | (sent[1] & 255)) % 31 == 0;
    return new InflaterInputStream(bytes, new Inflater(!zlib));
  }

  /** The answer compressed, if it is worth it and the client takes it. Never a stream. */
  static HttpResponse offer(HttpRequest request, HttpResponse response) {
    return response.entity() instanceof HttpEntity.Strict whole
            && whole.getData().size() >= WORTH_IT
            && request.getHeader("accept-encoding").filter(Coding::takesGzip).isPresent()
        ? response
            .addHeader(RawHeader.create("Content-Encoding", "gzip"))
            .withEntity(
                HttpEntities.create(whole.getContentType(), gzip(whole.getData().toArrayUnsafe())))
        : response;
  }

  private static boolean takesGzip(HttpHeader header) {
    if (HttpHeader.parse("Accept-Encoding", header.value()) instanceof AcceptEncoding accepted) {
      HttpEncodingRange said = null;
      for (HttpEncodingRange range : accepted.getEncodings()) {
        if (range.matches(HttpEncodings.GZIP)
            && (said == null || !range.matches(HttpEncodings.COMPRESS))) {
          said = range; // by its name before *
        }
      }
      return said != null && said.qValue() > 0;
    }
    return false;
  }

  private static byte[] gzip(byte[] plain) {
    var packed = new ByteArrayOutputStream(plain.length / 4);
    try (var out = new GZIPOutputStream(packed)) {
      out.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }
}
