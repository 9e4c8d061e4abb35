package dev.dynode.simulator.mutants;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Set;

/** Loads rules and simulator anew, the rules rewritten; everything else is its parent's. */
final class MutantLoader extends ClassLoader {
  private static final String DOMAIN = "dev.dynode.domain.";
  private static final String SIMULATOR = "dev.dynode.simulator.";

  private final Mutator mutator;
  private final Set<String> rules;

  /**
   * @param rules names of the classes to rewrite, those nested in them included
   */
  MutantLoader(Mutator mutator, Set<String> rules) {
    super(MutantLoader.class.getClassLoader());
    this.mutator = mutator;
    this.rules = rules;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    boolean own =
        name.startsWith(DOMAIN)
            || (name.startsWith(SIMULATOR) && !name.startsWith(getClass().getPackageName() + "."));
    if (!own) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : findClass(name);
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (file == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = file.readAllBytes();
      byte[] code = isRule(name) ? mutator.rewrite(bytes) : bytes;
      return defineClass(name, code, 0, code.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isRule(String name) {
    int nested = name.indexOf('$');
    return rules.contains(nested < 0 ? name : name.substring(0, nested))
        && !name.matches(".*\\$\\d+"); // the compiler's own
  }
}
