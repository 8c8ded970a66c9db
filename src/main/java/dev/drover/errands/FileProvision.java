package dev.drover.errands;

import dev.drover.base.Problem;
import dev.drover.brain.HandErrand;
import dev.drover.brain.Prepared;
import dev.drover.brain.Visit;
import dev.drover.catalog.BlobFiles;
import dev.drover.hands.Grip;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Hands;
import dev.drover.hands.Sandboxes;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource;
import dev.drover.session.SessionResources;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Gives hands the files that their sessions have been given. Safe for many threads.
public final class FileProvision implements HandErrand {
  private static final System.Logger LOG = System.getLogger(FileProvision.class.getName());

  private final SessionResources resources;
  private final Hands hands;
  private final BlobFiles contents;

  public FileProvision(SessionResources resources, Hands hands, BlobFiles contents) {
    this.resources = resources;
    this.hands = hands;
    this.contents = contents;
  }

  @Override
  public Prepared before(Visit visit) throws Sandboxes.Unavailable, InterruptedException {
    provide(visit.session(), visit.grip());
    return Prepared.NOTHING;
  }

  private void provide(SessionId session, Grip grip)
      throws Sandboxes.Unavailable, InterruptedException {
    var files = files(session);
    try {
      grip.provide(files, contents);
    } catch (Problem e) {
      throw new Sandboxes.Unavailable(unavailable(e.getMessage()), e);
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LOG.log(Level.WARNING, "the files of " + session + " cannot be provided", e);
      throw new Sandboxes.Unavailable(unavailable("See the server's log."), e);
    }
  }

  private static String unavailable(String why) {
    return "The files of the session could not be provided, so this call did not run. " + why;
  }

  private List<SessionResource.Mounted> files(SessionId session) {
    var files = new ArrayList<SessionResource.Mounted>();
    for (var resource : resources.of(session)) {
      switch (resource) {
        case SessionResource.Mounted file -> files.add(file);
        case SessionResource.Attached _, SessionResource.Repository _ -> {}
      }
    }
    return files;
  }

  /// Provides the files now if this node holds the session's hand; otherwise, and if it takes
  /// longer than `limit`, they are provided before the next call.
  public void changed(SessionId session, Duration limit) throws InterruptedException {
    var grip = hands.visit(HandSpec.workspace(session));
    if (grip.isEmpty()) {
      return;
    }
    var thread =
        Thread.ofVirtual()
            .name("files-" + session)
            .start(
                () -> {
                  try (var held = grip.get()) {
                    provide(session, held);
                  } catch (Sandboxes.Unavailable | Problem e) {
                    LOG.log(Level.DEBUG, "the files of " + session + " are provided later", e);
                  } catch (InterruptedException _) {
                    // this thread is never interrupted
                  }
                });
    thread.join(limit);
  }
}
