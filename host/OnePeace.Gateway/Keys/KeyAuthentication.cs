using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OnePeace.Gateway.Errors;

namespace OnePeace.Gateway.Keys;

/// <summary><c>Authorization: Bearer KEY</c>, and nothing else: no query parameter, no cookie.</summary>
internal sealed class KeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, BootstrapKey key)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    private const string Bearer = "Bearer ";

    /// <summary>Denies every route that does not say otherwise.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.AddAuthentication(Bearer.TrimEnd())
            .AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(Bearer.TrimEnd(), null);
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } value || !value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return Task.FromResult(AuthenticateResult.NoResult());
        if (!key.Matches(value[Bearer.Length..].Trim()))
            return Task.FromResult(AuthenticateResult.Fail("unknown key"));
        var caller = new ClaimsIdentity([new Claim(ClaimTypes.Name, "bootstrap")], Scheme.Name);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(caller), Scheme.Name)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var given = Request.Headers.Authorization.Count > 0;
        return ErrorWriter.WriteAsync(Response, new ApiError(StatusCodes.Status401Unauthorized,
            given ? "invalid_api_key" : "missing_api_key",
            given ? "The key is not valid. Expected: Authorization: Bearer op_..." : "A key is missing: send Authorization: Bearer op_..."));
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        ErrorWriter.WriteAsync(Response, new ApiError(StatusCodes.Status403Forbidden, "forbidden", "This key may not do that."));
}
