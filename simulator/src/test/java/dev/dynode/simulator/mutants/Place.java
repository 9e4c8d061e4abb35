package dev.dynode.simulator.mutants;

import java.lang.classfile.CodeBuilder;
import java.util.List;
import java.util.Optional;
import java.util.function.ObjIntConsumer;

/**
 * An instruction that can be made wrong.
 *
 * @param code writes it anew, told the number of its first mutant
 */
record Place(int line, List<String> mistakes, ObjIntConsumer<CodeBuilder> code) {
  static Optional<Place> of(List<String> mistakes, ObjIntConsumer<CodeBuilder> code) {
    return Optional.of(new Place(0, mistakes, code));
  }

  Place in(int line) {
    return new Place(line, mistakes, code);
  }
}
