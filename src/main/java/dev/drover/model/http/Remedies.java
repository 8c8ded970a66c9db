package dev.drover.model.http;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The remedies for refusals that name the cause: a parameter is left out, renamed or lowered, or
/// the same content is sent in another form. The model, the messages and the tools are never left
/// out, because that would be a different request.
public final class Remedies {
  /// Finds the remedy for one kind of refusal.
  @FunctionalInterface
  interface Finder {
    /// @param body the request that was refused
    Optional<Remedy> find(Refused refused, Json.Obj body);
  }

  /// Parameters that are essential, or that have remedies of their own.
  private static final Set<String> NEVER_LEFT_OUT =
      Set.of(
          "model",
          "messages",
          "tools",
          "system",
          "stream",
          "max_tokens",
          "max_completion_tokens",
          "reasoning_effort",
          "output_config",
          "compaction");

  private final List<Finder> finders;

  private Remedies(Finder... finders) {
    this.finders = List.of(finders);
  }

  /// The remedies for Chat Completions servers.
  public static Remedies chat() {
    return new Remedies(
        LimitRemedies::lowered,
        LimitRemedies::renamed,
        EchoRemedies::refusedField,
        EchoRemedies::missingField,
        notOfEcho(EffortRemedies::find),
        notOfEcho(BodyRemedies::content),
        RoleRemedies::afterTools,
        RoleRemedies::alternating,
        RoleRemedies::system,
        CallIdRemedies::shortened,
        SchemaRemedies::find,
        Remedies::leftOut);
  }

  /// The remedies for Messages servers.
  ///
  /// @param vendor whether it is the vendor's own server, which supports cache marks: if it refuses
  ///   one, the request is wrong, and without marks it would cost much more
  public static Remedies messages(boolean vendor) {
    return vendor
        ? new Remedies(LimitRemedies::lowered, EffortRemedies::find, BlockRemedies::extraField)
        : new Remedies(
            LimitRemedies::lowered,
            EffortRemedies::find,
            BodyRemedies::cacheControl,
            BodyRemedies::systemText,
            BlockRemedies::extraField,
            SchemaRemedies::find,
            Remedies::leftOut);
  }

  /// The remedies for a refusal; often none.
  List<Remedy> of(Refused refused, Json.Obj body) {
    if (!refused.mayBeFixed()) {
      return List.of();
    }
    var found = new ArrayList<Remedy>();
    finders.forEach(finder -> finder.find(refused, body).ifPresent(found::add));
    return found;
  }

  /// The refusal of a field for thinking has similar words as one of an effort level or of the
  /// content.
  private static Finder notOfEcho(Finder finder) {
    return (refused, body) ->
        EchoRemedies.refusedField(refused, body).isPresent()
                || EchoRemedies.missingField(refused, body).isPresent()
            ? Optional.empty()
            : finder.find(refused, body);
  }

  private static Optional<Remedy> leftOut(Refused refused, Json.Obj body) {
    return body.fields().keySet().stream()
        .filter(name -> !NEVER_LEFT_OUT.contains(name))
        .filter(name -> refused.pointsAt(name) || (refused.names(name) && refused.isUnsupported()))
        .findFirst()
        .map(name -> leaveOut(name, false));
  }

  /// @param matters whether it changes what the operator or the user asked for
  static Remedy leaveOut(String name, boolean matters) {
    return new Remedy("leaves out " + name, true, matters, body -> without(body, name));
  }

  static Json.Obj without(Json.Obj object, String name) {
    var fields = new LinkedHashMap<>(object.fields());
    fields.remove(name);
    return new Json.Obj(fields);
  }
}
