package dev.drover;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.brain.Retries;
import dev.drover.catalog.Blobs;
import dev.drover.hands.Egress;
import dev.drover.hands.LiveOutput;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.bwrap.BwrapCell;
import dev.drover.hands.bwrap.BwrapEngine;
import dev.drover.hands.local.LocalSandboxes;
import dev.drover.hands.local.MemoryMounts;
import dev.drover.hands.local.PackageMounts;
import dev.drover.http.Guard;
import dev.drover.http.Outbound;
import dev.drover.http.PrivateHosts;
import dev.drover.http.PublicOnly;
import dev.drover.mcp.Credentials;
import dev.drover.mcp.McpClients;
import dev.drover.model.Model;
import dev.drover.model.ModelRouter;
import dev.drover.model.Models;
import dev.drover.model.anthropic.MessagesModel;
import dev.drover.model.http.ApiKey;
import dev.drover.model.http.ModelHost;
import dev.drover.model.http.Timeouts;
import dev.drover.model.openai.ChatModel;
import dev.drover.model.rehearsal.RehearsalModel;
import dev.drover.session.Feed;
import dev.drover.store.Store;
import dev.drover.store.StoreUnusable;
import dev.drover.store.blobs.BlobPlace;
import dev.drover.store.blobs.DirectoryBlobs;
import dev.drover.store.blobs.S3Blobs;
import dev.drover.store.postgres.PostgresStore;
import dev.drover.store.sql.NodeProcess;
import dev.drover.store.sqlite.SqliteStore;
import dev.drover.tools.McpTools;
import dev.drover.tools.ServerTool;
import dev.drover.web.WebTools;
import dev.drover.webhooks.WebhookGuard;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/// The implementation of each part that a server uses according to its settings: one method per
/// part. A new kind of a part, such as a store or a model API, is selected here. [Drover] connects
/// the parts. Stateless.
class Wiring {
  /// The maximum time to establish a connection of a web tool.
  private static final Duration CONNECT = Duration.ofSeconds(5);

  InstantSource clock() {
    return InstantSource.system();
  }

  /// @throws StoreUnusable if the database cannot be opened
  Store store(Config config, Feed feed, Ids ids) throws StoreUnusable {
    var database = config.store().database();
    long quota = config.blobs().quota();
    return database.isPresent()
        ? PostgresStore.open(
            database.get(), config.store().lapse(), place(config), quota, feed, ids, clock())
        : SqliteStore.open(config.data().resolve("drover.db"), quota, feed, ids, clock());
  }

  /// @throws StoreUnusable if the directory or the bucket cannot be used
  Blobs blobs(Config config, Ids ids) throws StoreUnusable, InterruptedException {
    var settings = config.blobs();
    if (settings.bucket().isEmpty()) {
      return DirectoryBlobs.open(place(config, settings.directory(config.data())), ids, Pause.REAL);
    }
    return S3Blobs.open(
        settings.bucket().get(),
        place(config, config.data().resolve("cache")),
        settings.cache(),
        ids,
        Pause.REAL,
        new Random(),
        System::nanoTime);
  }

  private static BlobPlace place(Config config, Path directory) {
    return new BlobPlace(directory, config.sandboxes().storage().floor());
  }

  /// The name of this server's data directory among those of all nodes.
  private static String place(Config config) {
    return NodeProcess.host() + ":" + config.data().toAbsolutePath().normalize();
  }

  /// @param mounts which memory stores the sandboxes of a session show
  /// @param packages which packages they show
  /// @param egress the way out of sandboxes
  /// @param output receives what commands print while they run
  /// @throws IOException if the data directory cannot be used
  Sandboxes sandboxes(
      Config config,
      MemoryMounts mounts,
      PackageMounts packages,
      Egress egress,
      LiveOutput output,
      Ids ids)
      throws IOException, InterruptedException {
    return new LocalSandboxes(
        config.data(),
        TemplateParts.sandboxes(config),
        BwrapEngine::new,
        mounts,
        packages,
        egress,
        output,
        ids,
        Pause.REAL,
        clock());
  }

  /// The sandboxes in which packages of environments are installed.
  ///
  /// @param egress leads to package registries alone
  /// @throws IOException if the data directory cannot be used
  Sandboxes workshop(Config config, PackageMounts packages, Egress egress, Ids ids)
      throws IOException, InterruptedException {
    return new LocalSandboxes(
        config.data().resolve("templates").resolve("builds"),
        TemplateParts.sandboxes(config).withLongestCall(config.templates().limit()),
        BwrapEngine::new,
        MemoryMounts.NONE,
        packages,
        egress,
        LiveOutput.NONE,
        ids,
        Pause.REAL,
        clock());
  }

  /// Decides to which addresses connections may be made that agents, clients or other servers ask
  /// for.
  PublicOnly guard(Config config) {
    return new PublicOnly(
        config.privateHosts(), config.policy()::privateHosts, InetAddress::getAllByName);
  }

  /// Decides to which URLs webhook events may be sent.
  Guard webhookGuard(Config config) {
    return new WebhookGuard(
        guard(config), new PublicOnly(PrivateHosts.NONE, InetAddress::getAllByName));
  }

  /// The tools that run in the server's own process.
  ///
  /// @param onClose accepts an action to run when the server closes
  List<ServerTool> tools(Config config, Consumer<Runnable> onClose) {
    var tools = new ArrayList<ServerTool>();
    if (config.web().fetch()) {
      var web = new Outbound(guard(config), CONNECT);
      var cell = new BwrapCell();
      onClose.accept(web::close);
      onClose.accept(cell::close);
      var images = config.serving().images();
      tools.add(WebTools.fetch(web, cell, images.base64(), images.pixels(), clock()));
    }
    config
        .web()
        .engine()
        .ifPresent(
            engine -> {
              var outbound = new Outbound(Guard.NONE, CONNECT);
              onClose.accept(outbound::close);
              tools.add(WebTools.search(outbound, engine));
            });
    return tools;
  }

  /// The client of the MCP servers of agents.
  ///
  /// @param credentials the tokens of sessions
  /// @param onClose accepts an action to run when the server closes
  McpTools mcp(Config config, Credentials credentials, Consumer<Runnable> onClose) {
    var clients = new McpClients(guard(config), credentials);
    onClose.accept(clients::close);
    return clients;
  }

  /// @param onClose accepts an action to run when the server closes
  Models models(Config config, Ids ids, Consumer<Runnable> onClose) {
    var settings = config.models();
    Optional<Model> messages =
        settings
            .messages()
            .map(
                host -> {
                  var model = new MessagesModel(host.base(), key(host), timeouts(host), clock());
                  onClose.accept(model::close);
                  return model;
                });
    Optional<Model> chat =
        settings
            .chat()
            .map(
                host -> {
                  var field = host.reasoningField();
                  var model =
                      new ChatModel(host.base(), key(host), timeouts(host), clock(), ids, field);
                  onClose.accept(model::close);
                  return model;
                });
    var rehearsal = new RehearsalModel(settings.firstToken(), Pause.REAL);
    return new ModelRouter(rehearsal, messages, chat, settings.mapped(), settings.settings());
  }

  private static ApiKey key(ModelHost host) {
    return host.key().map(secret -> new ApiKey(secret.reveal())).orElse(ApiKey.NONE);
  }

  /// How long the connection to a model server may be silent.
  Timeouts timeouts(ModelHost host) {
    return host.timeouts();
  }

  /// The pauses before the retries of failed model requests.
  Retries retries(Config config) {
    return config.brain().retries();
  }
}
