package dev.dynode.simulator.mutants;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.RecordComponentInfo;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Rewrites classes so that {@link Switch} can make each of their mistakes, and lists these. */
final class Mutator {
  private final ClassFile classFile;
  private final List<Mutant> mutants = new ArrayList<>();
  private final Map<String, Integer> firsts = new HashMap<>();

  Mutator(ClassLoader loader) {
    classFile =
        ClassFile.of(
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(loader)
                    .orElse(ClassHierarchyResolver.defaultResolver())));
  }

  /** All mistakes of the classes rewritten so far. */
  List<Mutant> mutants() {
    return mutants;
  }

  /** A class with all its mistakes in it, none of them made; the same every time. */
  byte[] rewrite(byte[] bytes) {
    ClassModel model = classFile.parse(bytes);
    return classFile.transformClass(
        model,
        (builder, element) -> {
          if (element instanceof MethodModel method && isRule(model, method)) {
            builder.transformMethod(
                method,
                (methodBuilder, part) -> {
                  if (part instanceof CodeModel code) {
                    methodBuilder.transformCode(code, places(model, method, code));
                  } else {
                    methodBuilder.with(part);
                  }
                });
          } else {
            builder.with(element);
          }
        });
  }

  private CodeTransform places(ClassModel model, MethodModel method, CodeModel code) {
    String owner = model.thisClass().asInternalName().replace('/', '.');
    String name = method.methodName().stringValue();
    String key = owner + name + method.methodType().stringValue();
    boolean known = firsts.containsKey(key);
    int first = firsts.computeIfAbsent(key, _ -> mutants.size());
    var places = new Places(model.thisClass().asSymbol(), method, code, first);
    if (!known) {
      places.each(
          (line, mistake) -> mutants.add(new Mutant(mutants.size(), owner, name, line, mistake)));
    }
    return CodeTransform.ofStateful(places::transform);
  }

  /** Whether somebody wrote it, and it decides something. */
  private static boolean isRule(ClassModel model, MethodModel method) {
    String name = method.methodName().stringValue();
    boolean lambda = name.startsWith("lambda$");
    if (method.code().isEmpty() || (method.flags().has(AccessFlag.SYNTHETIC) && !lambda)) {
      return false;
    }
    if (Set.of("toString", "hashCode", "equals").contains(name)) {
      return false;
    }
    if (model.flags().has(AccessFlag.ENUM)
        && Set.of("<clinit>", "<init>", "values", "valueOf", "$values").contains(name)) {
      return false;
    }
    return !components(model).contains(name + method.methodTypeSymbol().descriptorString());
  }

  private static Set<String> components(ClassModel model) {
    return model
        .findAttribute(Attributes.record())
        .map(
            attribute ->
                attribute.components().stream().map(Mutator::accessor).collect(Collectors.toSet()))
        .orElse(Set.of());
  }

  private static String accessor(RecordComponentInfo component) {
    return component.name().stringValue() + "()" + component.descriptor().stringValue();
  }
}
