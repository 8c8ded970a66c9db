package dev.drover.sdk;

import dev.drover.testing.Deployment;
import dev.drover.wire.ResourceCodecs;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The vendor's own Java client against the whole server, unchanged but for base URL and key. The
/// last class looks back on all others: nothing was left out.
@Timeout(60)
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OfficialJavaSdkSuite {
  private final Deployment deployment;
  private Rig rig;

  OfficialJavaSdkSuite(Deployment deployment) {
    this.deployment = deployment;
  }

  @BeforeAll
  void start(@TempDir Path data) throws Exception {
    rig = new Rig(deployment, data);
  }

  /// What a failed test has left would be another's answer.
  @BeforeEach
  void unscript() {
    rig.model.unscript();
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  @Nested
  @Order(1)
  final class Turns extends TurnCases {
    Turns() {
      super(rig);
    }
  }

  @Nested
  @Order(1)
  final class Tools extends ToolCases {
    Tools() {
      super(rig);
    }
  }

  @Nested
  @Order(1)
  final class McpServers extends McpCases {
    McpServers() {
      super(rig);
    }
  }

  @Nested
  @Order(2)
  final class Failures extends FailureCases {
    Failures() {
      super(rig);
    }
  }

  @Nested
  @Order(3)
  final class Budgets extends BudgetCases {
    Budgets() {
      super(rig);
    }
  }

  @Nested
  @Order(4)
  final class Previews extends PreviewCases {
    Previews() {
      super(rig);
    }
  }

  @Nested
  @Order(5)
  final class Refusals extends RefusalCases {
    Refusals() {
      super(rig);
    }
  }

  /// The cases of each kind of resource: those of the class that is named after its type.
  @Nested
  @Order(6)
  final class Resources {
    @TestFactory
    Stream<DynamicContainer> kinds() {
      return ResourceCodecs.ALL.stream()
          .map(codec -> CasesOfKind.of(codec.kind(), rig))
          .map(cases -> DynamicContainer.dynamicContainer(cases.name(), cases.tests()));
    }
  }

  @Nested
  @Order(6)
  final class Skills extends SkillCases {
    Skills() {
      super(rig);
    }
  }

  @Nested
  @Order(7)
  final class Sessions extends SessionCases {
    Sessions() {
      super(rig);
    }
  }

  @Nested
  @Order(8)
  final class Events extends EventCases {
    Events() {
      super(rig);
    }
  }

  @Nested
  @Order(8)
  final class StoredFiles extends FileCases {
    StoredFiles() {
      super(rig);
    }
  }

  @Nested
  @Order(9)
  final class SessionResources extends SessionResourceCases {
    SessionResources() {
      super(rig);
    }
  }

  @Nested
  @Order(9)
  final class Repositories extends RepositoryCases {
    Repositories() {
      super(rig);
    }
  }

  @Nested
  @Order(9)
  final class AttachedStores extends MemoryResourceCases {
    AttachedStores() {
      super(rig);
    }
  }

  @Nested
  @Order(9)
  final class Outputs extends OutputCases {
    Outputs() {
      super(rig);
    }
  }

  @Nested
  @Order(9)
  final class Webhooks extends WebhookCases {
    Webhooks() {
      super(rig);
    }
  }

  @Nested
  @Order(10)
  final class NothingLeftOut extends NothingLeftOutCases {
    NothingLeftOut() {
      super(rig);
    }
  }
}
