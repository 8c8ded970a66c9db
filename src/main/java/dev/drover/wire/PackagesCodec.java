package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.catalog.Packages;
import dev.drover.catalog.Packages.Manager;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/// The JSON form of `packages` in an environment's `config`.
public final class PackagesCodec implements Codec<Packages> {
  public static final PackagesCodec CODEC = new PackagesCodec();

  /// The number of packages of one package manager.
  private static final int MOST = 200;

  /// The number of characters of one package.
  private static final int LONGEST = 256;

  private PackagesCodec() {}

  @Override
  public Json.Obj write(Packages packages) {
    return NewerFields.over(known(packages), packages.newer());
  }

  private static Json.Obj known(Packages packages) {
    var json = Json.obj("type", "packages");
    for (var manager : Manager.values()) {
      json = json.with(manager.word(), packages.of(manager));
    }
    return json;
  }

  /// Of what a newer version stored, strings are read and the rest is kept.
  @Override
  public Packages stored(Json.Obj json) {
    var lists = new EnumMap<Manager, List<String>>(Manager.class);
    for (var manager : Manager.values()) {
      lists.put(
          manager,
          json.items(manager.word()).stream()
              .filter(Json.Str.class::isInstance)
              .map(item -> ((Json.Str) item).value())
              .toList());
    }
    var newer = NewerFields.of(json, known(new Packages(lists)));
    return new Packages(lists, newer);
  }

  @Override
  public Packages request(Fields sent) {
    return update(Packages.NONE, sent);
  }

  /// Reads an update; the lists that are absent or null stay as they are stored.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` that names the field
  Packages update(Packages before, Fields sent) {
    if (sent.value("type").isPresent()) {
      sent.type("packages");
    }
    Map<Manager, List<String>> lists = new EnumMap<>(Manager.class);
    var replaced = new HashSet<String>();
    for (var manager : Manager.values()) {
      var word = manager.word();
      boolean given = sent.value(word).isPresent();
      lists.put(manager, given ? packages(sent, word) : before.of(manager));
      if (given) {
        replaced.add(word);
      }
    }
    sent.end();
    return new Packages(lists, NewerFields.without(before.newer(), replaced));
  }

  private static List<String> packages(Fields fields, String field) {
    var packages = fields.texts(field, MOST, LONGEST);
    for (var one : packages) {
      if (!Packages.canBe(one)) {
        throw fields.problem(
            field,
            "must be packages, each with at most "
                + LONGEST
                + " characters, without control characters and without a hyphen at its beginning");
      }
    }
    return packages;
  }
}
