/// What thinks: one streaming call, `answer(prompt)`, to a model anywhere. Its currency is raw
/// Messages-API JSON. One leaf package for each technology.
@NullMarked
package dev.drover.model;

import org.jspecify.annotations.NullMarked;
