package dev.drover.testing;

import dev.drover.catalog.BlobFiles;
import dev.drover.hands.Grip;
import dev.drover.hands.Hand;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// One hand for all sessions, which does what the test says, and each call once. What it did is
/// kept. It outlives every brain, until it is lost.
public class PuppetHand implements Hands {
  private volatile Hand strings = call -> ToolResult.success("did " + call.name());
  private final List<ToolCall> calls = new CopyOnWriteArrayList<>();
  private final Map<EventId, ToolResult> journal = new ConcurrentHashMap<>();
  private final List<EventId> stopped = new CopyOnWriteArrayList<>();
  private final List<SessionId> left = new CopyOnWriteArrayList<>();
  private final List<SessionId> discarded = new CopyOnWriteArrayList<>();
  private final Set<SessionId> kept = ConcurrentHashMap.newKeySet();
  private final List<List<SessionResource.Mounted>> provided = new CopyOnWriteArrayList<>();
  private final AtomicInteger provisions = new AtomicInteger();
  private final AtomicInteger preparations = new AtomicInteger();
  private volatile Preparation preparation = () -> {};
  private volatile @Nullable String refusal;
  private volatile @Nullable HandFiles files;
  private final AtomicInteger lost = new AtomicInteger();

  public PuppetHand does(Hand hand) {
    strings = hand;
    return this;
  }

  /// The hand is gone with all that it knew, and the next one has another id.
  public void lose() {
    journal.clear();
    lost.incrementAndGet();
  }

  /// From now on it has these files.
  public PuppetHand has(HandFiles these) {
    files = these;
    return this;
  }

  /// What it did, or began.
  public List<ToolCall> calls() {
    return calls;
  }

  /// The calls that it was told to stop.
  public List<EventId> stopped() {
    return stopped;
  }

  /// The sessions whose hand was let go to somebody else.
  public List<SessionId> left() {
    return left;
  }

  /// The files that it was given, each time that they were checked.
  public List<List<SessionResource.Mounted>> provided() {
    return provided;
  }

  /// How often a hand was asked for.
  public int provisions() {
    return provisions.get();
  }

  /// What it does when it is made before a call needs it.
  @FunctionalInterface
  public interface Preparation {
    void run() throws Sandboxes.Unavailable, InterruptedException;
  }

  public PuppetHand prepares(Preparation with) {
    preparation = with;
    return this;
  }

  /// How often a hand was to be made before a call needed it.
  public int preparations() {
    return preparations.get();
  }

  /// From now on there is none, for this reason; null: there is one again.
  public PuppetHand refuses(@Nullable String reason) {
    refusal = reason;
    return this;
  }

  public HandId id() {
    return new HandId("hand_puppet" + lost.get());
  }

  @Override
  public Grip provision(HandSpec spec) throws Sandboxes.Unavailable {
    provisions.incrementAndGet();
    var reason = refusal;
    if (reason != null) {
      throw new Sandboxes.Unavailable(reason);
    }
    return new Strings(id());
  }

  @Override
  public void prepare(HandSpec spec) throws Sandboxes.Unavailable, InterruptedException {
    preparations.incrementAndGet();
    preparation.run();
  }

  @Override
  public Optional<Grip> attach(HandSpec spec, HandId hand) {
    return hand.equals(id()) ? Optional.of(new Strings(hand)) : Optional.empty();
  }

  @Override
  public Optional<Grip> visit(HandSpec spec) {
    return provisions.get() == 0 ? Optional.empty() : Optional.of(new Strings(id()));
  }

  private final class Strings implements Grip {
    private final HandId id;

    Strings(HandId id) {
      this.id = id;
    }

    @Override
    public HandId id() {
      return id;
    }

    @Override
    public ToolResult execute(ToolCall call) throws InterruptedException {
      var known = journal.get(call.id());
      if (known != null) {
        return known;
      }
      calls.add(call);
      var result = strings.execute(call);
      if (!result.lost()) {
        journal.put(call.id(), result);
      }
      return result;
    }

    @Override
    public void stop(EventId call) {
      stopped.add(call);
    }

    @Override
    public Optional<HandFiles> files() {
      return Optional.ofNullable(files);
    }

    @Override
    public void provide(List<SessionResource.Mounted> files, BlobFiles contents) {
      provided.add(files);
    }

    @Override
    public void provideSkills(List<SkillDirectory> skills) {}

    @Override
    public MemoryPlace memory(String slug) {
      throw new IllegalStateException("there are no memory stores here");
    }

    @Override
    public boolean isWanted() {
      return left.size() > 0;
    }

    @Override
    public void leave() {}

    @Override
    public void close() {}
  }

  @Override
  public void leave(SessionId session) {
    left.add(session);
  }

  @Override
  public void leave() {}

  @Override
  public void release(SessionId session) {}

  @Override
  public void discard(SessionId session) {
    discarded.add(session);
    kept.remove(session);
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
    return Set.copyOf(kept);
  }

  /// What it made for this session is there from now on.
  public PuppetHand keeps(SessionId session) {
    kept.add(session);
    return this;
  }

  /// The sessions of which everything was to be removed.
  public List<SessionId> discarded() {
    return discarded;
  }
}
