package dev.drover.sim;

import dev.drover.catalog.BlobFiles;
import dev.drover.hands.Grip;
import dev.drover.hands.HandFiles;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Hands;
import dev.drover.hands.MemoryPlace;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.SkillDirectory;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The hands as one server reaches them: each lives outside, and another server may take it over.
final class SimHands implements Hands {
  private final World world;
  private final Set<SessionId> disk;
  private final List<Hold> holds = new ArrayList<>();

  /// @param disk the sessions whose workspaces are on the machine
  SimHands(World world, Set<SessionId> disk) {
    this.world = world;
    this.disk = disk;
  }

  @Override
  public Grip provision(HandSpec spec) {
    Scheduler.letOthers();
    return hold(spec.session(), made(spec.session()));
  }

  private SimHand made(SessionId session) {
    disk.add(session);
    var hand = world.hands.get(session);
    if (hand == null || hand.isDead()) {
      hand = new SimHand(world, session, new HandId(world.ids.next(HandId.PREFIX)));
      world.hands.put(session, hand);
    }
    return hand;
  }

  @Override
  public void prepare(HandSpec spec) throws Sandboxes.Unavailable {
    Scheduler.letOthers();
    if (world.chance(0.2)) {
      throw new Sandboxes.Unavailable("there is no room");
    }
    made(spec.session());
  }

  @Override
  public Optional<Grip> attach(HandSpec spec, HandId id) {
    var session = spec.session();
    Scheduler.letOthers();
    return Optional.ofNullable(world.hands.get(session))
        .filter(hand -> hand.id().equals(id) && !hand.isDead())
        .map(hand -> hold(session, hand));
  }

  @Override
  public Optional<Grip> visit(HandSpec spec) {
    var session = spec.session();
    return Optional.ofNullable(world.hands.get(session))
        .filter(hand -> !hand.isDead())
        .map(hand -> hold(session, hand));
  }

  private Grip hold(SessionId session, SimHand hand) {
    var hold = new Hold(session, hand);
    holds.add(hold);
    return hold;
  }

  private final class Hold implements Grip {
    private final SessionId session;
    private final SimHand hand;
    private boolean left;

    private Hold(SessionId session, SimHand hand) {
      this.session = session;
      this.hand = hand;
    }

    /// There are no files here.
    @Override
    public void provide(List<SessionResource.Mounted> files, BlobFiles contents) {}

    @Override
    public MemoryPlace memory(String slug) {
      throw new IllegalStateException("there are no memory stores here");
    }

    @Override
    public HandId id() {
      return hand.id();
    }

    @Override
    public ToolResult execute(ToolCall call) throws InterruptedException {
      Scheduler.letOthers();
      try {
        var result = hand.execute(call);
        Scheduler.letOthers();
        return result;
      } catch (InterruptedException e) {
        if (!left) {
          hand.stop(call.id());
        }
        throw e;
      }
    }

    @Override
    public void stop(EventId call) {
      hand.stop(call);
    }

    @Override
    public Optional<HandFiles> files() {
      return Optional.empty();
    }

    @Override
    public void provideSkills(List<SkillDirectory> skills) {}

    @Override
    public boolean isWanted() {
      return left;
    }

    @Override
    public void leave() {
      left = true;
    }

    @Override
    public void close() {
      holds.remove(this);
    }
  }

  @Override
  public void leave(SessionId session) {
    holds.stream().filter(hold -> hold.session.equals(session)).forEach(Hold::leave);
  }

  @Override
  public void leave() {
    holds.forEach(Hold::leave);
  }

  @Override
  public void release(SessionId session) {}

  @Override
  public void discard(SessionId session) {
    Scheduler.letOthers();
    if (!world.isDeleted(session)) {
      world.violated("the workspace of " + session + " is removed, which was not deleted");
    } else if (world.isCalm() || !world.chance(0.1)) {
      disk.remove(session);
    }
    Scheduler.letOthers();
  }

  @Override
  public boolean isElsewhere(SessionId session) {
    return false;
  }

  @Override
  public Optional<String> home(SessionId session) {
    return Optional.empty();
  }

  @Override
  public Set<SessionId> kept() {
    return new LinkedHashSet<>(disk);
  }
}
