package dev.drover.errands;

import dev.drover.base.Problem;
import dev.drover.brain.HandErrand;
import dev.drover.brain.Prepared;
import dev.drover.brain.Visit;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.SkillDirectory;
import dev.drover.skills.SkillUnpacking;
import dev.drover.skills.SkillVersion;
import dev.drover.skills.Skills;
import java.io.IOException;
import java.lang.System.Logger.Level;

/// Gives hands the skills of their sessions. Safe for many threads.
public final class SkillProvision implements HandErrand {
  private static final System.Logger LOG = System.getLogger(SkillProvision.class.getName());

  private final Skills skills;
  private final SkillUnpacking unpacking;

  public SkillProvision(Skills skills, SkillUnpacking unpacking) {
    this.skills = skills;
    this.unpacking = unpacking;
  }

  @Override
  public Prepared before(Visit visit) throws Sandboxes.Unavailable, InterruptedException {
    if (visit.thread().agent().skills().isEmpty()) {
      return Prepared.NOTHING;
    }
    var wanted = skills.of(visit.session()).stream().map(this::directory).toList();
    try {
      visit.grip().provideSkills(wanted);
    } catch (Problem e) {
      throw new Sandboxes.Unavailable(unavailable(e.getMessage()), e);
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LOG.log(Level.WARNING, "the skills of " + visit.session() + " cannot be provided", e);
      throw new Sandboxes.Unavailable(unavailable("See the server's log."), e);
    }
    return Prepared.NOTHING;
  }

  private SkillDirectory directory(SkillVersion version) {
    return new SkillDirectory(version.name(), to -> unpacking.unpack(version, to));
  }

  private static String unavailable(String why) {
    return "The skills of the session could not be provided, so this call did not run. " + why;
  }
}
