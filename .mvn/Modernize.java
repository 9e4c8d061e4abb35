import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.DeadCodeOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Gives the classes of a jar that were made for Java 7 or older the format of Java 8, in place. Java
 * keeps no older ones in its cache: picocli's then take a quarter of a second at each start.
 */
class Modernize {
  private static final int OLD = 52;
  private static final int VERSION_AT = 6;

  public static void main(String[] arguments) throws IOException {
    Path jar = Path.of(arguments[0]);
    Path made = jar.resolveSibling(jar.getFileName() + ".new");
    try (var from = new JarFile(jar.toFile());
        var classes = new URLClassLoader(new URL[] {jar.toUri().toURL()});
        var to = new JarOutputStream(Files.newOutputStream(made), from.getManifest())) {
      var format =
          ClassFile.of(
              StackMapsOption.GENERATE_STACK_MAPS,
              DeadCodeOption.PATCH_DEAD_CODE,
              ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(classes)));
      for (JarEntry entry : Collections.list(from.entries())) {
        if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
          byte[] content = from.getInputStream(entry).readAllBytes();
          to.putNextEntry(new JarEntry(entry.getName()));
          to.write(entry.getName().endsWith(".class") ? modern(format, content) : content);
        }
      }
    }
    Files.move(made, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  private static byte[] modern(ClassFile format, byte[] content) {
    if (ByteBuffer.wrap(content).getShort(VERSION_AT) >= OLD) {
      return content;
    }
    ClassTransform version =
        (to, part) -> to.with(part instanceof ClassFileVersion ? ClassFileVersion.of(OLD, 0) : part);
    ClassTransform bodies = ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL);
    return format.transformClass(format.parse(content), bodies.andThen(version)); // stack maps too
  }
}
