package dev.drover.model.openai;

import dev.drover.base.Json;
import dev.drover.model.http.BrokenStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// The tool calls of one reply, and the rule that assigns each delta to a call. The API's own rule
/// is the `index`; some servers omit it, give all calls the same one, send another `id` with every
/// delta, or send the arguments of a call before its name. So the rule is this:
///
/// 1. The *place* of a delta is the latest call with its index. The place of a delta without an
///    index is the latest call with its id, else the latest call of all. A delta with a name goes
///    before that to the first of these calls that has arguments and no name.
/// 2. A delta without a name continues the call in its place. If its index is new, it begins a call
///    if its id is new, and otherwise continues the call with its id, or the latest call. In any
///    case it begins a call if its arguments begin an object although those of the call are closed;
///    unless it repeats them, has the call's id, or fills what was only `{}`. Under a new index it
///    also begins a call beside one that has no name yet.
/// 3. A delta with a name begins a call if its index is new. Otherwise it continues the call in its
///    place if that has no name yet; if its name is the same and its arguments are not closed; or
///    if the call's name and this one are parts of one name. It begins a call if the arguments are
///    closed, unless it repeats that call, or fills what was only `{}`, under the same id or none.
/// 4. Elements of one list that have a name each are separate calls, even if they are the same: one
///    continues a call of an earlier element of its list only if that is not closed. A list that
///    comes again repeats its calls.
/// 5. A call without any content is dropped. So is one that only repeats a name, with neither an id
///    nor arguments of its own, unless it stood beside the other in one list.
/// 6. At the end, arguments without a name and a name without arguments are one call if there is
///    one of each and their ids do not differ. If there are several, nothing says which belong
///    together, and none of them is a call: a tool must not run with an empty input in place of
///    another one. If there is no such name, the arguments belong to the call before them with the
///    same index, whose input is then not one object.
final class Calls {
  /// The maximum number of tool calls in one reply.
  static final int MAX = 1_000;

  private final Set<String> tools;
  private final List<Call> begun = new ArrayList<>();

  /// The calls to which the elements of the current list were assigned.
  private final Set<Call> listed = new HashSet<>();

  /// The calls that began beside another one in a list.
  private final Set<Call> apart = new HashSet<>();

  /// @param tools the names of all tools that were offered to the model
  Calls(Set<String> tools) {
    this.tools = tools;
  }

  /// The calls that have arrived, in the order in which they began.
  List<Call> all() {
    var all = new ArrayList<Call>();
    for (var call : begun) {
      boolean echo =
          !all.isEmpty()
              && call.isBare()
              && !apart.contains(call)
              && call.number() == all.getLast().number()
              && call.name().equals(all.getLast().name())
              && !isOther(all.getLast(), call.id());
      if (!call.isNone() && !echo) {
        all.add(call);
      }
    }
    return all;
  }

  /// Drops all calls that have arrived.
  void forget() {
    begun.clear();
    apart.clear();
  }

  /// Adds the calls of one delta or message, and returns the calls that began with them.
  List<Call> accept(List<Json.Obj> list) throws BrokenStream {
    listed.clear();
    var first = begun.size();
    for (var delta : list) {
      var owner = owner(delta);
      var call = owner.isPresent() ? owner.get() : begin(delta);
      call.apply(delta);
      listed.add(call);
    }
    return List.copyOf(begun.subList(first, begun.size()));
  }

  /// All calls, once no delta is to come: rule 6 is applied.
  List<Call> complete() {
    var nameless = begun.stream().filter(Call::isNameless).toList();
    if (!nameless.isEmpty()) {
      var bare = all().stream().filter(call -> call.isBare() && isFor(nameless, call)).toList();
      if (bare.isEmpty()) {
        nameless.forEach(this::append);
      } else if (bare.size() == 1 && nameless.size() == 1) {
        join(bare.getFirst(), nameless.getFirst());
      } else {
        begun.removeAll(bare);
      }
    }
    return all();
  }

  private static boolean isFor(List<Call> nameless, Call bare) {
    return nameless.stream().anyMatch(call -> !isOther(call, bare.id()));
  }

  private void join(Call call, Call nameless) {
    call.take(nameless);
    begun.remove(nameless);
  }

  private void append(Call nameless) {
    var before = begun.subList(0, begun.indexOf(nameless)).reversed();
    before.stream()
        .filter(call -> isNear(call, nameless) && !isOther(call, nameless.id()))
        .findFirst()
        .ifPresent(call -> join(call, nameless));
  }

  private Call begin(Json.Obj delta) throws BrokenStream {
    if (begun.size() == MAX) {
      throw new BrokenStream("the reply has more than " + MAX + " tool calls");
    }
    var call = new Call(delta.number("index", Call.NONE));
    begun.add(call);
    if (!listed.isEmpty()) {
      apart.add(call);
    }
    return call;
  }

  private static boolean isNear(Call call, Call nameless) {
    return nameless.number() == Call.NONE || nameless.number() == call.number();
  }

  private Optional<Call> owner(Json.Obj delta) {
    var place = place(delta);
    if (place.isPresent()) {
      return listed.contains(place.get()) && isNext(place.get(), delta)
          ? latest(call -> !listed.contains(call) && isAgain(call, delta))
          : place.filter(call -> isMore(call, delta));
    }
    var id = Call.piece(delta, "id");
    boolean begins = !Call.name(delta).isEmpty();
    return begins
        ? Optional.empty()
        : (id.isEmpty() ? latest(_ -> true) : named(id))
            .filter(call -> !isBeside(call, delta) && !isOtherObject(call, delta));
  }

  private Optional<Call> place(Json.Obj delta) {
    long number = delta.number("index", Call.NONE);
    var id = Call.piece(delta, "id");
    if (number >= 0) {
      return awaiting(delta, call -> call.number() == number);
    }
    var named = id.isEmpty() ? Optional.<Call>empty() : named(id);
    return named.or(() -> awaiting(delta, _ -> true));
  }

  /// Of the calls with this property, the first that waits for the name which the delta has, else
  /// the latest.
  private Optional<Call> awaiting(Json.Obj delta, Predicate<Call> which) {
    var waiting =
        Call.name(delta).isEmpty()
            ? Optional.<Call>empty()
            : begun.stream()
                .filter(which)
                .filter(call -> call.isNameless() && !isOther(call, Call.piece(delta, "id")))
                .findFirst();
    return waiting.or(() -> latest(which));
  }

  /// Whether a delta with a new index begins a call beside one that has no name yet.
  private static boolean isBeside(Call call, Json.Obj delta) {
    var arguments = Call.arguments(delta.object("function"));
    return call.name().isEmpty() && (arguments.isBlank() || isObject(arguments));
  }

  /// Whether the arguments of a delta without a name begin an object that is not the call's.
  private boolean isOtherObject(Call call, Json.Obj delta) {
    var arguments = Call.arguments(delta.object("function"));
    var id = Call.piece(delta, "id");
    return call.isClosed()
        && isObject(arguments)
        && !call.isEmptyObject()
        && (listed.contains(call) || !call.isSaid(arguments))
        && (id.isEmpty() || !id.equals(call.id()));
  }

  private static boolean isObject(String arguments) {
    return arguments.stripLeading().startsWith("{");
  }

  private Optional<Call> named(String id) {
    return latest(call -> call.id().equals(id));
  }

  private Optional<Call> latest(Predicate<Call> which) {
    return begun.reversed().stream().filter(which).findFirst();
  }

  /// Whether an element that follows a call in the same list is another call.
  private static boolean isNext(Call call, Json.Obj delta) {
    var name = Call.name(delta);
    return !name.isEmpty()
        && (call.isBare() ? name.equals(call.name()) : call.isClosed() && !call.name().isEmpty());
  }

  /// Whether an element only repeats a call.
  private static boolean isAgain(Call call, Json.Obj delta) {
    var function = delta.object("function");
    var arguments = Call.arguments(function);
    return call.number() == delta.number("index", Call.NONE)
        && call.name().equals(Call.piece(function, "name"))
        && !isOther(call, Call.piece(delta, "id"))
        && (call.isSaid(arguments) || (call.isBare() && arguments.isBlank()));
  }

  private boolean isMore(Call call, Json.Obj delta) {
    var function = delta.object("function");
    var name = Call.piece(function, "name");
    if (name.isEmpty()) {
      return !isOtherObject(call, delta);
    }
    if (call.name().isEmpty()) {
      return true;
    }
    boolean same = name.equals(call.name());
    boolean other = isOther(call, Call.piece(delta, "id"));
    if (call.isBare()) {
      return same || (!other && isRest(call.name(), name));
    }
    if (!call.isClosed()) {
      return same;
    }
    var arguments = Call.arguments(function);
    if (arguments.isBlank() && !other && isLastPart(call.name(), name)) {
      return true;
    }
    boolean fills = call.isEmptyObject() && !arguments.isBlank();
    return same && !other && (call.isSaid(arguments) || fills);
  }

  private static boolean isOther(Call call, String id) {
    return !id.isEmpty() && !call.id().isEmpty() && !id.equals(call.id());
  }

  /// Whether a name is the rest of another, or repeats it from the start, and is not that of
  /// another tool.
  private boolean isRest(String begun, String name) {
    return tools.contains(begun + name)
        || name.startsWith(begun)
        || !(tools.contains(begun) && tools.contains(name));
  }

  /// Whether only both parts together are the name of a tool.
  private boolean isLastPart(String begun, String name) {
    return tools.contains(begun + name) && !tools.contains(begun) && !tools.contains(name);
  }
}
