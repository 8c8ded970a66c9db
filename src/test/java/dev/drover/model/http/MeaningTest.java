package dev.drover.model.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.model.Answer.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The kinds of errors whose status says something else than their type, code or words.
final class MeaningTest {
  private static Kind kind(int status, String body) {
    return Meaning.of(status, ErrorWords.of(body.replace('\'', '"')));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          400|{'type':'error','error':{'type':'rate_limit_error','message':'no'}}
          403|{'type':'error','error':{'type':'rate_limit_error','message':'no'}}
          500|{'type':'error','error':{'type':'rate_limit_error','message':'no'}}
          503|{'error':{'message':'no','code':'rate_limit_exceeded'}}
          400|{'__type':'ThrottlingException','message':'Too many tokens, please wait before trying again.'}
          400|{'__type':'com.amazon.coral.service#ThrottlingException','message':'no'}
          400|{'throttlingException':{'message':'no'}}
          400|{'code':'Throttling.RateQuota','message':'no'}
          400|{'code':'Throttling','message':'no'}
          400|Rate limit exceeded, please retry after 3 seconds
          400|Rate limit reached for requests
          400|You have exceeded your rate limit
          400|Too many tokens, please wait before trying again.
          403|{'error':{'code':'RateLimitExceeded','message':'Too many requests'}}
          403|{'error':{'code':'rateLimitExceeded','message':'no'}}
          403|Too many requests
          401|{'error':{'type':'too_many_requests','message':'no'}}
          404|{'__type':'TooManyRequestsException','message':'no'}
          500|litellm.RateLimitError: RateLimitError: OpenAIException - no
          400|{'error':{'message':'litellm.RateLimitError: AzureException RateLimitError - no','type':'None'}}
          500|{'error':{'message':'no','code':429}}
          400|{'error':{'message':'no','code':'429'}}
          502|Error code: 429 - {'error':{'message':'no'}}
          500|{'error':{'status':'RESOURCE_EXHAUSTED','message':'no'}}
          400|Your request was throttled
          413|Request too large on tokens per minute (TPM): Limit 6000, Requested 9000
          400|请求过于频繁，请稍后再试
          """)
  void aRateLimitIsOneWhateverItsStatus(int status, String body) {
    assertThat(kind(status, body)).isEqualTo(Kind.RATE_LIMITED);
    assertThat(Meaning.inStream(ErrorWords.of(body.replace('\'', '"'))))
        .isEqualTo(Kind.RATE_LIMITED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          400|{'type':'error','error':{'type':'overloaded_error','message':'no'}}
          500|{'type':'error','error':{'type':'overloaded_error','message':'Overloaded'}}
          403|{'error':{'type':'engine_overloaded_error','message':'no'}}
          400|{'error':{'code':'server_overloaded','message':'no'}}
          400|{'__type':'ServiceUnavailableException','message':'no'}
          404|{'error':{'status':'UNAVAILABLE','message':'no'}}
          500|litellm.ServiceUnavailableError: VertexAIException - no
          500|{'error':{'message':'no','code':503}}
          400|{'error':{'message':'no','code':529}}
          502|Error code: 529 - no
          400|The model is overloaded. Please try again later.
          500|The server is currently busy
          400|The service is temporarily unavailable
          500|Model is at capacity
          500|当前服务繁忙
          """)
  void anOverloadIsOneWhateverItsStatus(int status, String body) {
    assertThat(kind(status, body)).isEqualTo(Kind.OVERLOADED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          500|{'type':'error','error':{'type':'authentication_error','message':'invalid x-api-key'}}
          502|{'error':{'type':'authentication_error','message':'no'}}
          503|{'error':{'type':'authentication_error','message':'no'}}
          500|litellm.AuthenticationError: AuthenticationError: OpenAIException - no
          500|{'error':{'message':'litellm.AuthenticationError: AnthropicException - no','type':'None'}}
          500|{'error':{'code':'invalid_api_key','message':'no'}}
          500|{'error':{'type':'permission_error','message':'no'}}
          500|{'__type':'AccessDeniedException','message':'no'}
          500|litellm.PermissionDeniedError: no
          500|{'error':{'type':'not_found_error','message':'no'}}
          500|litellm.NotFoundError: no such model
          500|{'error':{'type':'invalid_request_error','message':'no'}}
          500|litellm.BadRequestError: no
          500|{'error':{'message':'no','code':401}}
          500|{'error':{'message':'no','code':'400'}}
          """)
  void aRefusalIsFinalAlsoWithTheStatusOfAFailure(int status, String body) {
    assertThat(kind(status, body)).isEqualTo(Kind.REJECTED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          400|{'error':{'type':'invalid_request_error','message':'unknown field rate_limit'}}|REJECTED
          400|{'error':{'type':'invalid_request_error','message':'temperature: expected at most 1'}}|REJECTED
          401|{'error':{'type':'invalid_request_error','code':'invalid_api_key'}}|REJECTED
          404|{'error':{'message':'model capacity-7b not found'}}|REJECTED
          429|{'error':{'type':'invalid_request_error','message':'no'}}|RATE_LIMITED
          408|{'error':{'type':'invalid_request_error','message':'no'}}|BROKEN
          402|{'error':{'type':'rate_limit_error','message':'no'}}|BILLING
          503|{'error':{'type':'invalid_request_error','message':'no'}}|OVERLOADED
          500|FileNotFoundError: [Errno 2] No such file or directory|BROKEN
          500|PermissionError: [Errno 13] Permission denied|BROKEN
          500|{'error':{'type':'server_error','message':'no'}}|BROKEN
          500|{'error':{'type':'api_error','message':'no','code':500}}|BROKEN
          500|{'error':{'type':'billing_error','message':'no'}}|BILLING
          400|{'error':{'type':'invalid_request_error','message':'prompt is too long: 9 > 8'}}|CONTEXT_FULL
          500|{'error':{'type':'invalid_request_error','message':'prompt is too long: 9 > 8'}}|CONTEXT_FULL
          """)
  void allElseHasTheKindOfItsStatus(int status, String body, Kind kind) {
    assertThat(kind(status, body)).isEqualTo(kind);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          429|{'error':{'type':'exceeded_current_quota_error','message':'You exceeded your current token quota, please check your plan and billing details'}}
          429|{'error':{'type':'exceeded_current_quota_error','message':'no'}}
          429|You exceeded your current quota, please check your plan and billing details.
          429|{'error':{'code':'billing_not_active','message':'Your account is not active, please check your billing details on our website.'}}
          403|Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys
          403|Key limit exceeded (daily limit)
          400|{'error':{'message':'Budget has been exceeded! Current cost: 10, Max budget: 5','type':'budget_exceeded','code':'400'}}
          429|Your team has either used all available credits or reached its monthly spending limit.
          400|You have reached your specified API usage limits. You will regain access on 2026-12-01.
          400|Your credit balance is too low to access the Anthropic API.
          403|{'code':'AllocationQuota.FreeTierOnly','message':'The free tier of the model has been exhausted.'}
          429|{'error':{'code':'billing_hard_limit_reached','message':'Billing hard limit has been reached'}}
          402|This request requires more credits, or fewer max_tokens.
          500|{'error':{'message':'litellm.RateLimitError: OpenAIException - insufficient_quota'}}
          403|账户余额不足
          """)
  void anAccountThatCannotPayIsNotRetried(int status, String body) {
    assertThat(kind(status, body)).isEqualTo(Kind.BILLING);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          429|[{'error':{'code':429,'status':'RESOURCE_EXHAUSTED','message':'You exceeded your current quota, please check your plan and billing details.'}}]
          429|You exceeded your current quota, please check your plan and billing details. Please retry in 38.3s.
          429|Rate limit reached, see your limits on the billing page
          429|no credit card limit applies here
          """)
  void aRateLimitThatMentionsTheAccountIsRetried(int status, String body) {
    assertThat(kind(status, body)).isEqualTo(Kind.RATE_LIMITED);
  }
}
