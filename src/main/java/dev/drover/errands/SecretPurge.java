package dev.drover.errands;

import dev.drover.brain.JobHandler;
import dev.drover.session.Job;
import dev.drover.vault.VaultStore;
import java.io.IOException;

/// The handler of the jobs that remove what the files of the database still have of removed
/// secrets.
public final class SecretPurge implements JobHandler {
  private final VaultStore credentials;

  public SecretPurge(VaultStore credentials) {
    this.credentials = credentials;
  }

  @Override
  public void handle(Job job) throws IOException {
    if (!credentials.purge()) {
      throw new IOException("the database is in use");
    }
  }
}
