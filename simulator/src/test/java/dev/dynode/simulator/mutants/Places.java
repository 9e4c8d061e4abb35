package dev.dynode.simulator.mutants;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Where a method can be made wrong, and how. */
final class Places {
  static final ClassDesc SWITCH = ClassDesc.of(Switch.class.getName());

  /** Takes the mistakes in order. */
  @FunctionalInterface
  interface Listed {
    void add(int line, String mistake);
  }

  private final Answers answers;
  private final List<CodeElement> elements;
  private final Map<Integer, Place> places = new HashMap<>();
  private final int first;

  Places(ClassDesc owner, MethodModel method, CodeModel code, int first) {
    this.first = first;
    answers = new Answers(owner, method);
    elements = code.elementList();
    int line = 0;
    for (int i = 0; i < elements.size(); i++) {
      if (elements.get(i) instanceof LineNumber number) {
        line = number.line();
      }
      int at = i;
      int inLine = line;
      place(i).ifPresent(place -> places.put(at, place.in(inLine)));
    }
  }

  void each(Listed listed) {
    for (int i = 0; i < elements.size(); i++) {
      Place place = places.get(i);
      if (place != null) {
        place.mistakes().forEach(mistake -> listed.add(place.line(), mistake));
      }
    }
  }

  CodeTransform transform() {
    return new CodeTransform() {
      private int index;
      private int next = first;

      @Override
      public void accept(CodeBuilder builder, CodeElement element) {
        Place place = places.get(index++);
        if (place == null) {
          builder.with(element);
        } else {
          place.code().accept(builder, next);
          next += place.mistakes().size();
        }
      }
    };
  }

  private Optional<Place> place(int index) {
    return switch (elements.get(index)) {
      case BranchInstruction branch -> branch(branch);
      case OperatorInstruction operator -> operator(operator);
      case ConstantInstruction constant -> constant(constant, index);
      case IncrementInstruction increment -> increment(increment);
      case TableSwitchInstruction table -> cases(table, table.cases(), index);
      case LookupSwitchInstruction lookup -> cases(lookup, lookup.cases(), index);
      case InvokeInstruction call ->
          answers.call(
              call, instruction(index, 1).filter(ReturnInstruction.class::isInstance).isPresent());
      case ReturnInstruction answer -> answers.answer(answer);
      default -> Optional.empty();
    };
  }

  private static Optional<Place> branch(BranchInstruction branch) {
    List<String> mistakes = List.of("negated", "always", "never");
    List<String> moved = List.of("negated", "always", "never", "by one");
    int kind =
        switch (branch.opcode()) {
          case IFEQ, IF_ICMPEQ, IF_ACMPEQ, IFNULL -> 0;
          case IFNE, IF_ICMPNE, IF_ACMPNE, IFNONNULL -> 1;
          case IFLT, IF_ICMPLT -> 2;
          case IFGE, IF_ICMPGE -> 3;
          case IFGT, IF_ICMPGT -> 4;
          case IFLE, IF_ICMPLE -> 5;
          default -> -1;
        };
    if (kind < 0) {
      return Optional.empty();
    }
    Opcode opcode = branch.opcode();
    boolean reference =
        Set.of(Opcode.IFNULL, Opcode.IFNONNULL, Opcode.IF_ACMPEQ, Opcode.IF_ACMPNE)
            .contains(opcode);
    boolean alone = !opcode.name().startsWith("IF_");
    return Place.of(
        kind < 2 ? mistakes : moved,
        (builder, id) -> {
          if (alone && reference) {
            builder.aconst_null();
          } else if (alone) {
            builder.iconst_0();
          }
          ClassDesc operand = reference ? CD_Object : CD_int;
          builder.loadConstant(kind).loadConstant(id);
          builder.invokestatic(
              SWITCH,
              reference ? "same" : "compare",
              MethodTypeDesc.of(CD_boolean, operand, operand, CD_int, CD_int));
          builder.ifne(branch.target());
        });
  }

  private static Optional<Place> operator(OperatorInstruction operator) {
    String name = operator.opcode().name();
    int operation = List.of("ADD", "SUB", "MUL", "DIV", "REM").indexOf(name.substring(1));
    ClassDesc kind =
        switch (operator.typeKind()) {
          case INT -> CD_int;
          case LONG -> CD_long;
          case DOUBLE -> CD_double;
          default -> CD_void;
        };
    if (operation < 0 || kind.equals(CD_void)) {
      return Optional.empty();
    }
    return Place.of(
        List.of("- for +, / for *, or the reverse"),
        (builder, id) ->
            builder
                .loadConstant(operation)
                .loadConstant(id)
                .invokestatic(
                    SWITCH, "calculate", MethodTypeDesc.of(kind, kind, kind, CD_int, CD_int)));
  }

  private Optional<Place> constant(ConstantInstruction constant, int index) {
    ClassDesc kind =
        switch (constant.constantValue()) {
          case Integer _ -> CD_int;
          case Long _ -> CD_long;
          case Double _ -> CD_double;
          default -> CD_void;
        };
    if (kind.equals(CD_void) || isCompilers(index)) {
      return Optional.empty();
    }
    return Place.of(
        List.of(constant.constantValue() + " changed by one"),
        (builder, id) ->
            builder
                .with(constant)
                .loadConstant(id)
                .invokestatic(SWITCH, "number", MethodTypeDesc.of(kind, kind, CD_int)));
  }

  /** Lengths and places of arrays, and where a switch over types begins: no number of a rule. */
  private boolean isCompilers(int index) {
    Optional<Instruction> before = instruction(index, -1);
    Optional<Instruction> after = instruction(index, 1);
    return before.filter(i -> i.opcode() == Opcode.DUP).isPresent()
        || after
            .filter(i -> i.opcode() == Opcode.ANEWARRAY || i.opcode() == Opcode.NEWARRAY)
            .isPresent()
        || (after.filter(i -> i.opcode().kind() == Opcode.Kind.STORE).isPresent()
            && (instruction(index, 4).filter(Places::choosesType).isPresent()
                || instruction(index, 2).filter(i -> i.opcode() == Opcode.GOTO).isPresent()));
  }

  private static boolean choosesType(Instruction instruction) {
    return instruction instanceof InvokeDynamicInstruction call
        && Set.of("typeSwitch", "enumSwitch").contains(call.name().stringValue());
  }

  /** The instruction so many before or after. */
  private Optional<Instruction> instruction(int index, int distance) {
    int left = Math.abs(distance);
    for (int i = index; left > 0; ) {
      i += Integer.signum(distance);
      if (i < 0 || i >= elements.size()) {
        return Optional.empty();
      }
      if (elements.get(i) instanceof Instruction found && --left == 0) {
        return Optional.of(found);
      }
    }
    return Optional.empty();
  }

  private static Optional<Place> increment(IncrementInstruction increment) {
    return Place.of(
        List.of("counts the other way", "does not count"),
        (builder, id) ->
            builder
                .iload(increment.slot())
                .loadConstant(increment.constant())
                .loadConstant(id)
                .invokestatic(SWITCH, "step", MethodTypeDesc.of(CD_int, CD_int, CD_int))
                .loadConstant(id + 1)
                .invokestatic(SWITCH, "zero", MethodTypeDesc.of(CD_int, CD_int, CD_int))
                .iadd()
                .istore(increment.slot()));
  }

  /** Each case as the next one; of types it cannot be meant, and of texts it is no case yet. */
  private Optional<Place> cases(Instruction choice, List<SwitchCase> cases, int index) {
    Optional<Instruction> before = instruction(index, -1);
    if (cases.size() < 2
        || before.filter(Places::choosesType).isPresent()
        || before
            .filter(
                i ->
                    i instanceof InvokeInstruction call
                        && call.name().stringValue().equals("hashCode"))
            .isPresent()) {
      return Optional.empty();
    }
    var mistakes = new ArrayList<String>();
    for (int i = 0; i < cases.size(); i++) {
      mistakes.add("case %d taken for the next".formatted(i + 1));
    }
    return Place.of(
        List.copyOf(mistakes),
        (builder, id) -> {
          for (int i = 0; i < cases.size(); i++) {
            builder
                .loadConstant(cases.get(i).caseValue())
                .loadConstant(cases.get((i + 1) % cases.size()).caseValue())
                .loadConstant(id + i)
                .invokestatic(
                    SWITCH, "choose", MethodTypeDesc.of(CD_int, CD_int, CD_int, CD_int, CD_int));
          }
          builder.with(choice);
        });
  }
}
