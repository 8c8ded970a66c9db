package dev.drover.desk;

import dev.drover.session.ForkPoint;
import dev.drover.session.Session;
import java.util.function.UnaryOperator;

/// A request to fork a session.
///
/// @param at up to where the log is copied
/// @param files whether the directories begin with the newest snapshot from that place or before
/// @param model whether a model is named; that model must be served
/// @param change returns the new session's values for those of the other one, or throws to refuse.
///   It may run more than once
public record ForkRequest(
    ForkPoint at, boolean files, boolean model, UnaryOperator<Session.Editable> change) {}
