/// Who may use the API: workspaces, the API keys that belong to them, and the scopes of keys. A key
/// is stored as its hash; its text is shown once, when it is created.
@NullMarked
package dev.drover.access;

import org.jspecify.annotations.NullMarked;
