package dev.drover.desk;

import dev.drover.session.Session;
import java.util.function.UnaryOperator;

/// A change of a session.
///
/// @param budget whether a budget is named, be it the same
/// @param change makes the new values of the present ones; refuses by throwing. It may run more
///   than once
public record SessionChange(boolean budget, UnaryOperator<Session.Editable> change) {}
