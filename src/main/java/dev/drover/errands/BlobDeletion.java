package dev.drover.errands;

import dev.drover.brain.JobHandler;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.Blobs;
import dev.drover.session.Job;

/// The handler of the jobs that delete stored contents to which no row refers any more.
public final class BlobDeletion implements JobHandler {
  private final Blobs blobs;

  public BlobDeletion(Blobs blobs) {
    this.blobs = blobs;
  }

  @Override
  public void handle(Job job) throws InterruptedException {
    blobs.delete(new BlobId(job.key()));
  }
}
