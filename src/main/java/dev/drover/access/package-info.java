/// Who may use the API: API keys and their scopes.
@NullMarked
package dev.drover.access;

import org.jspecify.annotations.NullMarked;
