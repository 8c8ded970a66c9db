/// The front desk: it creates, updates, archives and deletes sessions, sends events to them, and
/// wakes their brains. It checks the caller's permissions and the budgets of sessions. It does not
/// depend on HTTP or JSON.
@NullMarked
package dev.drover.desk;

import org.jspecify.annotations.NullMarked;
