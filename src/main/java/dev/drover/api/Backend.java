package dev.drover.api;

import dev.drover.base.Ids;
import dev.drover.brain.ContextInspector;
import dev.drover.brain.Replays;
import dev.drover.desk.AccessDesk;
import dev.drover.desk.CatalogDesk;
import dev.drover.desk.CredentialDesk;
import dev.drover.desk.FileDesk;
import dev.drover.desk.MemoryDesk;
import dev.drover.desk.PolicyDesk;
import dev.drover.desk.SessionDesk;
import dev.drover.desk.SessionResourceDesk;
import dev.drover.desk.SkillDesk;
import dev.drover.desk.WebhookDesk;
import dev.drover.errands.FileAccess;
import dev.drover.model.Models;
import dev.drover.session.EventLog;
import dev.drover.session.Feed;
import dev.drover.session.Jobs;
import dev.drover.session.Nodes;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.skills.Scratch;
import dev.drover.vault.Receipts;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/// The parts of the server that the HTTP API uses.
///
/// @param images the maximum size of the images that clients send
/// @param uploads the limits on uploads
/// @param scratch for the contents of requests that are too long for memory
public record Backend(
    SessionDesk desk,
    ContextInspector contexts,
    CatalogDesk catalog,
    FileDesk files,
    MemoryDesk memory,
    CredentialDesk credentials,
    Receipts receipts,
    SessionResourceDesk resources,
    FileAccess access,
    SkillDesk skills,
    WebhookDesk webhooks,
    PolicyDesk policy,
    AccessDesk keys,
    EventLog log,
    Nodes nodes,
    Jobs jobs,
    Feed feed,
    Models models,
    Replays replays,
    ImageLimits images,
    UploadSettings uploads,
    Scratch scratch,
    Ids ids,
    InstantSource clock) {

  /// The session that the path names, if it belongs to the caller's workspace.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND`
  Session session(Exchange exchange) {
    return desk.get(exchange.caller(), SessionId.of(exchange.id("session")));
  }

  /// The current time, in the precision that the protocol shows.
  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
