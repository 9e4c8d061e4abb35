package dev.dynode.simulator.mutants;

import static dev.dynode.simulator.mutants.Places.SWITCH;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What calls and methods answer, made empty or left as it was. */
final class Answers {
  private static final ClassDesc DECISION = ClassDesc.of("dev.dynode.domain.Decision");
  private static final String DOMAIN = "dev/dynode/domain/";

  /** What may be made empty. */
  private static final Set<ClassDesc> CONTAINERS =
      Set.of(
          ClassDesc.of("java.util.List"),
          ClassDesc.of("java.util.Collection"),
          ClassDesc.of("java.util.Set"),
          ClassDesc.of("java.util.Map"),
          ClassDesc.of("java.util.Optional"),
          ClassDesc.of("java.util.stream.Stream"),
          CD_String);

  /** Calls whose answer has the type of what is called, but other contents. */
  private static final Set<String> CHANGES_THE_TYPE = Set.of("map", "flatMap", "or");

  /** Calls that change what they are called on and answer whether they did. */
  private static final Set<String> CHANGES = Set.of("add", "addAll", "remove", "removeAll");

  private final ClassDesc owner;
  private final MethodModel method;
  private final MethodTypeDesc type;

  Answers(ClassDesc owner, MethodModel method) {
    this.owner = owner;
    this.method = method;
    type = method.methodTypeSymbol();
  }

  /**
   * @param answered whether the method answers what is called
   */
  Optional<Place> call(InvokeInstruction call, boolean answered) {
    MethodTypeDesc called = call.typeSymbol();
    ClassDesc on = call.owner().asSymbol();
    ClassDesc result = called.returnType();
    String name = call.name().stringValue();
    boolean onInstance =
        call.opcode() == Opcode.INVOKEVIRTUAL || call.opcode() == Opcode.INVOKEINTERFACE;
    if (onInstance && result.equals(CD_void)) {
      return Place.of(
          List.of("without " + name), (builder, id) -> unless(builder, id, call, false));
    }
    if (onInstance && result.equals(on) && !CHANGES_THE_TYPE.contains(name)) {
      return Place.of(List.of("without " + name), (builder, id) -> unless(builder, id, call, true));
    }
    if (onInstance && CHANGES.contains(name) && result.equals(CD_boolean)) {
      return Place.of(
          List.of("without " + name), (builder, id) -> unless(builder, id, call, false));
    }
    boolean ours = call.owner().asInternalName().startsWith(DOMAIN);
    if (ours && !answered && (CONTAINERS.contains(result) || result.equals(DECISION))) {
      return Place.of(
          List.of(name + " empty"),
          (builder, id) -> {
            builder.with(call);
            empty(builder, id, result);
          });
    }
    return Optional.empty();
  }

  /** A call, unless its mutant is made: then what it was called on stands for its answer. */
  private static void unless(
      CodeBuilder builder, int id, InvokeInstruction call, boolean receiverStays) {
    Label left = builder.newLabel();
    Label after = builder.newLabel();
    builder.loadConstant(id).invokestatic(SWITCH, "on", MethodTypeDesc.of(CD_boolean, CD_int));
    builder.ifne(left);
    builder.with(call).goto_(after);
    builder.labelBinding(left);
    List<ClassDesc> parameters = call.typeSymbol().parameterList();
    for (ClassDesc parameter : parameters.reversed()) {
      if (TypeKind.from(parameter).slotSize() == 2) {
        builder.pop2();
      } else {
        builder.pop();
      }
    }
    if (!receiverStays) {
      builder.pop();
      if (call.typeSymbol().returnType().equals(CD_boolean)) {
        builder.iconst_0();
      }
    }
    builder.labelBinding(after);
  }

  private static void empty(CodeBuilder builder, int id, ClassDesc kind) {
    if (kind.equals(DECISION)) {
      Label after = builder.newLabel();
      builder.loadConstant(id).invokestatic(SWITCH, "on", MethodTypeDesc.of(CD_boolean, CD_int));
      builder.ifeq(after).pop().iconst_0().anewarray(CD_Object);
      builder
          .invokestatic(
              DECISION, "accept", MethodTypeDesc.of(DECISION, CD_Object.arrayType()), true)
          .labelBinding(after);
    } else {
      builder.loadConstant(id).invokestatic(SWITCH, "empty", MethodTypeDesc.of(kind, kind, CD_int));
    }
  }

  Optional<Place> answer(ReturnInstruction answer) {
    ClassDesc result = type.returnType();
    if (result.equals(CD_boolean)) {
      return Place.of(
          List.of("answers no for yes"), (builder, id) -> answered(builder, id, answer, "not"));
    }
    if (result.equals(CD_int) || result.equals(CD_long)) {
      return Place.of(List.of("answers 0"), (builder, id) -> answered(builder, id, answer, "zero"));
    }
    if (CONTAINERS.contains(result) || result.equals(DECISION)) {
      return Place.of(
          List.of("answers nothing"),
          (builder, id) -> {
            empty(builder, id, result);
            builder.with(answer);
          });
    }
    int unchanged = unchanged(result);
    if (unchanged < 0) {
      return Optional.empty();
    }
    return Place.of(
        List.of("changes nothing"),
        (builder, id) -> {
          Label right = builder.newLabel();
          builder
              .loadConstant(id)
              .invokestatic(SWITCH, "on", MethodTypeDesc.of(CD_boolean, CD_int));
          builder.ifeq(right).pop().aload(unchanged);
          builder.labelBinding(right).with(answer);
        });
  }

  private void answered(CodeBuilder builder, int id, ReturnInstruction answer, String how) {
    ClassDesc result = type.returnType();
    builder.loadConstant(id).invokestatic(SWITCH, how, MethodTypeDesc.of(result, result, CD_int));
    builder.with(answer);
  }

  /** The variable with what the method was given of the type it answers; below 0: none. */
  private int unchanged(ClassDesc result) {
    boolean isStatic = method.flags().has(AccessFlag.STATIC);
    if (!isStatic && owner.equals(result)) {
      return 0;
    }
    int slot = isStatic ? 0 : 1;
    for (ClassDesc parameter : type.parameterList()) {
      if (parameter.equals(result)) {
        return slot;
      }
      slot += TypeKind.from(parameter).slotSize();
    }
    return -1;
  }
}
