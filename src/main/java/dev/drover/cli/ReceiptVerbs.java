package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;

/// `drover receipts`: what secrets were used for.
final class ReceiptVerbs {
  static final String NAME = "receipts";
  static final String ABOUT = "Receipts: what secrets of vaults were used for.";

  private static final String PATH = "/drover/receipts";
  private static final PagedList RECEIPTS =
      new PagedList(
          100,
          List.of(
              Filter.one("credential_id", "ID", "Only uses of this credential."),
              Filter.one("session_id", "ID", "Only uses by this session.")),
          List.of(
              Column.time("AT", "created_at"),
              Column.of("PURPOSE", "purpose"),
              Column.of("HOST", "host"),
              Column.of("CREDENTIAL", "credential_id"),
              Column.of("SESSION", "session_id"),
              new Column("USES", item -> Long.toString(item.number("uses", 1)))));

  private ReceiptVerbs() {}

  static CommandSpec spec() {
    var list =
        Specs.verb("list", "Lists receipts, newest first.", call -> RECEIPTS.print(call, PATH));
    RECEIPTS.declare(list);
    var spec =
        Specs.group(
            NAME,
            ABOUT,
            list,
            Specs.verb(
                "verify", "Checks that no receipt was changed or removed.", ReceiptVerbs::verify));
    spec.usageMessage()
        .footer(
            "",
            "Examples:",
            "  drover receipts list --json > receipts.jsonl",
            "  drover receipts verify");
    return spec;
  }

  private static int verify(Invocation call) throws Refusal, IOException, InterruptedException {
    var strands = new HashMap<String, TreeMap<Long, Json.Obj>>();
    long count = 0;
    for (var page = Optional.of(""); page.isPresent(); ) {
      var answer = call.api().get(PATH + "?limit=100" + page.get());
      for (var item : answer.items("data")) {
        if (item instanceof Json.Obj receipt) {
          strands
              .computeIfAbsent(Column.text(receipt, "strand"), _ -> new TreeMap<>())
              .put(receipt.number("number", 0), reduced(receipt));
          count++;
        }
      }
      page = Paging.after(answer);
    }
    long wrong = strands.values().stream().mapToLong(strand -> check(call, strand)).sum();
    if (wrong == 0) {
      call.shell().out().println(count + " receipts, none of them changed");
      call.shell().out().flush();
    }
    return wrong == 0 ? 0 : 1;
  }

  /// What the check needs of a receipt: all of them are in memory.
  private static Json.Obj reduced(Json.Obj receipt) {
    return Json.obj(
        "id",
        Sanitized.line(Column.text(receipt, "id")),
        "previous",
        Column.text(receipt, "previous"),
        "hash",
        Column.text(receipt, "hash"),
        "intact",
        hash(receipt).equals(receipt.text("hash")));
  }

  private static String hash(Json.Obj receipt) {
    var fields = new LinkedHashMap<String, Json>(receipt.fields());
    fields.keySet().removeAll(List.of("type", "hash"));
    var text = new Json.Obj(fields).toString().getBytes(StandardCharsets.UTF_8);
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }

  /// @return how many receipts are not as they were written, or follow one that is missing
  private static long check(Invocation call, Map<Long, Json.Obj> strand) {
    long wrong = 0;
    long expected = 1;
    var previous = "";
    for (var entry : strand.entrySet()) {
      var receipt = entry.getValue();
      if (!Json.of(true).equals(receipt.get("intact").orElse(null))) {
        call.say(receipt.text("id") + " was changed");
        wrong++;
      } else if (entry.getKey() != expected || !previous.equals(Column.text(receipt, "previous"))) {
        call.say("a receipt before " + receipt.text("id") + " is missing or was changed");
        wrong++;
      }
      expected = entry.getKey() + 1;
      previous = Column.text(receipt, "hash");
    }
    return wrong;
  }
}
