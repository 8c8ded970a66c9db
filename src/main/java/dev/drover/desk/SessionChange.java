package dev.drover.desk;

import dev.drover.session.Session;
import java.util.function.UnaryOperator;

/// A client's change of a session.
///
/// @param budget whether the change names a budget, even an unchanged one
/// @param change returns the new values for the present ones, or throws to refuse. It may run more
///   than once
public record SessionChange(boolean budget, UnaryOperator<Session.Editable> change) {}
