package dev.drover.model.openai;

import dev.drover.base.Json;
import dev.drover.model.http.BrokenStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// The tool calls of one reply, and the rule whose delta is whose. The API's own rule is the
/// `index`; servers leave it out, give it to all calls alike, or send another `id` with every
/// delta. So the rule is this:
///
/// 1. The *place* of a delta is the latest call that has its index. A delta without an index is in
///    the place of the latest call that has its id, else of the latest call of all.
/// 2. A delta without a name goes on with the call in its place. If its index is new it begins a
///    call when it has a new id, and else goes on with the call of its id, or the latest.
/// 3. A delta with a name begins a call if its index is new. If not, it goes on with the call in
///    its place: if that has no name yet; if its name is the same and its arguments are not closed;
///    if it has no arguments and the name is the rest of its own. It begins a call if the arguments
///    are closed, unless it repeats that call, or fills what was only `{}`, under the same id or
///    none.
/// 4. Elements of one list that have a name each are calls of their own, even if they are the same:
///    one goes on with a call of an earlier element of its list only if that is not closed. A list
///    that comes again repeats its calls.
/// 5. A call in which nothing came is none. Nor is one that only says a name again, with neither an
///    id nor arguments of its own, unless it stood beside the other in one list.
final class Calls {
  /// Most tool calls of one reply.
  static final int MAX = 1_000;

  private final Set<String> tools;
  private final List<Call> begun = new ArrayList<>();

  /// Those that the elements of the list at hand went to.
  private final Set<Call> listed = new HashSet<>();

  /// Those that began beside another one in a list.
  private final Set<Call> apart = new HashSet<>();

  /// @param tools the names of all tools that the model was given
  Calls(Set<String> tools) {
    this.tools = tools;
  }

  /// Those that came, in the order in which they began.
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

  /// Those that came so far are none of the reply's.
  void forget() {
    begun.clear();
    apart.clear();
  }

  /// Takes the calls of one delta or message in. Those that they begin.
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

  private Optional<Call> owner(Json.Obj delta) {
    long number = delta.number("index", Call.NONE);
    var id = Call.piece(delta, "id");
    var place =
        number >= 0
            ? latest(call -> call.number() == number)
            : id.isEmpty() ? latest(_ -> true) : named(id).or(() -> latest(_ -> true));
    if (place.isPresent()) {
      return listed.contains(place.get()) && isNext(place.get(), delta)
          ? latest(call -> !listed.contains(call) && isAgain(call, delta))
          : place.filter(call -> isMore(call, delta));
    }
    boolean begins = !Call.piece(delta.object("function"), "name").isEmpty();
    return begins ? Optional.empty() : id.isEmpty() ? latest(_ -> true) : named(id);
  }

  private Optional<Call> named(String id) {
    return latest(call -> call.id().equals(id));
  }

  private Optional<Call> latest(Predicate<Call> which) {
    return begun.reversed().stream().filter(which).findFirst();
  }

  /// Whether an element after that of a call, in one list, is another call.
  private static boolean isNext(Call call, Json.Obj delta) {
    var name = Call.piece(delta.object("function"), "name");
    return !name.isEmpty()
        && (call.isBare() ? name.equals(call.name()) : call.isClosed() && !call.name().isEmpty());
  }

  /// Whether all that an element says has been said of a call before.
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
    if (name.isEmpty() || call.name().isEmpty()) {
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
    boolean fills = call.isEmptyObject() && !arguments.isBlank();
    return same && !other && (call.isSaid(arguments) || fills);
  }

  private static boolean isOther(Call call, String id) {
    return !id.isEmpty() && !call.id().isEmpty() && !id.equals(call.id());
  }

  /// Whether a name is the rest of one, or all of it, and not that of another tool.
  private boolean isRest(String begun, String name) {
    return tools.contains(begun + name)
        || name.startsWith(begun)
        || !(tools.contains(begun) && tools.contains(name));
  }
}
