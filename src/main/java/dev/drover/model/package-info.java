/// Models: one streaming call, `answer(prompt)`, to a model anywhere. Prompts and answers are raw
/// JSON of the Messages API. There is one leaf package for each technology.
@NullMarked
package dev.drover.model;

import org.jspecify.annotations.NullMarked;
