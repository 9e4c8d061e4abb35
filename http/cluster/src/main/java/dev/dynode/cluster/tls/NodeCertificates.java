package dev.dynode.cluster.tls;

import dev.dynode.cluster.tls.Pem.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;

/** Makes the files by which the nodes of a cluster know one another. */
public final class NodeCertificates {
  /**
   * In the certificate of every node. Pekko lets two nodes talk whose certificates have one name in
   * common.
   */
  public static final String COMMON_NAME = "node.dynode";

  private static final String AUTHORITY = "ca.pem";
  private static final String AUTHORITY_KEY = "ca-key.pem";
  private static final String KEY_MODE = "rw-------";
  private static final String OPEN_MODE = "rw-r--r--";

  private NodeCertificates() {}

  /**
   * Makes an authority: {@code ca.pem}, and {@code ca-key.pem} (mode 0600), which no node needs.
   *
   * @param folder made if absent (mode 0700)
   * @throws IOException if there is one already, which is never replaced, or it cannot be written
   */
  public static void makeAuthority(Path folder, Instant now) throws IOException {
    for (String name : Set.of(AUTHORITY, AUTHORITY_KEY)) {
      if (Files.exists(folder.resolve(name))) {
        throw new IOException(
            folder.resolve(name)
                + " is there already, and nodes may trust it; name another folder, or move it away.");
      }
    }
    make(folder);
    Identity authority = new Issuer().authority(now);
    Pem.write(folder.resolve(AUTHORITY_KEY), authority.text(), KEY_MODE);
    Pem.write(folder.resolve(AUTHORITY), Pem.text(authority.certificate()), OPEN_MODE);
  }

  /**
   * Makes, or makes anew, what one node is to be given: the folder {@code name} with {@code
   * key.pem} (mode 0600), {@code cert.pem} (397 days, for both ends of a connection) and {@code
   * ca.pem}.
   *
   * @param folder that of the authority
   * @param name of a host, for people: nodes do not compare it with anything
   * @return the node's folder
   * @throws IOException if there is no authority in the folder, or it cannot be written
   */
  public static Path makeNode(Path folder, String name, Instant now) throws IOException {
    Path key = folder.resolve(AUTHORITY_KEY);
    if (!Files.isReadable(key)) {
      throw new IOException(
          "There is no " + key + " to sign with; `dynode tls ca` makes an authority.");
    }
    Identity authority;
    try {
      authority = Pem.identity(key);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(key + " is damaged; restore it.", e);
    }
    if (authority.certificate().getNotAfter().toInstant().isBefore(now)) {
      throw new IOException(
          "The authority in %s expired on %s; make another one with `dynode tls ca`."
              .formatted(key, authority.certificate().getNotAfter().toInstant()));
    }
    var names = new TreeSet<>(Set.of(SubjectName.of(COMMON_NAME), SubjectName.of(name)));
    Identity node = new Issuer().node(authority, name, names, now);
    Path own = folder.resolve(name);
    make(own);
    Pem.write(own.resolve("key.pem"), node.keyText(), KEY_MODE);
    Pem.write(own.resolve("cert.pem"), Pem.text(node.certificate()), OPEN_MODE);
    Pem.write(own.resolve(AUTHORITY), Pem.text(authority.certificate()), OPEN_MODE);
    return own;
  }

  private static void make(Path folder) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }
}
