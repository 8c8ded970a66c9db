package dev.drover.hands.local;

import dev.drover.base.FileLock;
import dev.drover.catalog.BlobFiles;
import dev.drover.hands.Egress;
import dev.drover.hands.FramedHand;
import dev.drover.hands.HandFiles;
import dev.drover.hands.MemoryPlace;
import dev.drover.hands.Sandbox;
import dev.drover.hands.SkillDirectory;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import dev.drover.session.SessionResource;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A hand of this machine to which this server is attached.
public final class LocalSandbox implements Sandbox {
  private final FramedHand hand;
  private final Leash leash;
  private final FileLock lock;
  private final Optional<Egress.Way> way;
  private final UploadDirectory uploads;
  private final SkillDirectories skills;
  private final Function<String, MemoryPlace> memory;
  private final Runnable onClose;
  private final ReentrantLock closing = new ReentrantLock();
  private final ReentrantLock providing = new ReentrantLock();
  private @Nullable List<SessionResource.Mounted> provided;
  private boolean closed;

  /// @param way out of it, which is served until this is closed or left
  /// @param memory the places of the session's memory stores
  LocalSandbox(
      FramedHand hand,
      Register.Held held,
      Optional<Egress.Way> way,
      UploadDirectory uploads,
      SkillDirectories skills,
      Function<String, MemoryPlace> memory,
      Runnable onClose) {
    this.uploads = uploads;
    this.skills = skills;
    this.memory = memory;
    this.hand = hand;
    this.leash = held.leash();
    this.lock = held.lock();
    this.way = way;
    this.onClose = onClose;
  }

  @Override
  public HandId id() {
    return leash.hand();
  }

  @Override
  public ToolResult execute(ToolCall call, BooleanSupplier leaves) throws InterruptedException {
    return hand.execute(call, leaves);
  }

  @Override
  public void stop(EventId call) {
    hand.stop(call);
  }

  @Override
  public Optional<HandFiles> files() {
    return hand.files();
  }

  @Override
  public void provide(List<SessionResource.Mounted> files, BlobFiles contents)
      throws IOException, InterruptedException {
    providing.lockInterruptibly();
    try {
      if (!files.equals(provided)) {
        provided = null;
        uploads.provide(files, contents);
        provided = List.copyOf(files);
      }
    } finally {
      providing.unlock();
    }
  }

  @Override
  public void provideSkills(List<SkillDirectory> wanted) throws IOException, InterruptedException {
    skills.provide(wanted);
  }

  @Override
  public MemoryPlace memory(String slug) {
    return memory.apply(slug);
  }

  @Override
  public boolean isAlive() {
    return hand.isAlive();
  }

  /// Its record on disk.
  public Leash leash() {
    return leash;
  }

  @Override
  public void leave() {
    closing.lock();
    try {
      if (!closed) {
        closed = true;
        way.ifPresent(Egress.Way::close);
        hand.close();
        lock.close();
        onClose.run();
      }
    } finally {
      closing.unlock();
    }
  }

  /// An interrupt does not stop this half-way; the interrupt status is restored for the caller.
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    closing.lock();
    try {
      if (closed) {
        return;
      }
      way.ifPresent(Egress.Way::close);
      hand.close();
      while (!closed) {
        try {
          leash.pull();
          closed = true;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      lock.close();
      onClose.run();
    } finally {
      closing.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
