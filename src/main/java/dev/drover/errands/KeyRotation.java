package dev.drover.errands;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.brain.JobHandler;
import dev.drover.session.Job;
import dev.drover.session.Jobs;
import dev.drover.vault.Envelope;
import java.lang.System.Logger.Level;

/// The handler of the job that encrypts the keys of vaults with the current key of the server,
/// after an operator has added one.
public final class KeyRotation implements JobHandler {
  /// The kind of job; there is one for all vaults.
  public static final String KIND = "rewrap_vault_keys";

  private static final System.Logger LOG = System.getLogger(KeyRotation.class.getName());
  private static final Job.Order ORDER = new Job.Order(KIND, "all", Json.EMPTY, false);

  private final Envelope envelope;
  private final Jobs jobs;

  public KeyRotation(Envelope envelope, Jobs jobs) {
    this.envelope = envelope;
    this.jobs = jobs;
  }

  @Override
  public void handle(Job job) {
    envelope.rewrap();
  }

  @Override
  public void look() {
    try {
      if (envelope.needsRewrap()) {
        jobs.owe(ORDER);
      }
    } catch (Problem e) {
      LOG.log(Level.ERROR, e.getMessage() + " " + e.getCause());
    }
  }
}
