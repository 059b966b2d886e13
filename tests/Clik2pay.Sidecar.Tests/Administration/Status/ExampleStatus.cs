using Clik2pay.Sidecar.Administration.Status;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Tests.Administration.Status;

/// <summary>A valid status. Tests change single members of it and show the result.</summary>
internal static class ExampleStatus
{
    public static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly Clik2payOptions Addresses = new()
    {
        Environment = Clik2payEnvironment.Sandbox,
        ApiBaseUrl = new("https://api.example"),
        TokenEndpoint = new("https://auth.example/token"),
        Credentials = Secrets.Set,
        Scope = "",
        RefreshAt = 0.75,
    };

    public static SidecarStatus Ready { get; } = new()
    {
        At = Now,
        Uptime = TimeSpan.Zero,
        Readiness = new(IsHealthy: true, "There is a valid access token."),
        IsStopping = false,
        Profiles = [Profile("default")],
        Store = new("this process"),
        Responses = [],
    };

    /// <summary>The status with other members of its only profile.</summary>
    public static SidecarStatus With(Func<ProfileStatus, ProfileStatus> change) => Ready with { Profiles = [change(Ready.Profiles[0])] };

    /// <summary>A profile that is ready.</summary>
    public static ProfileStatus Profile(string name) => new()
    {
        Options = Addresses with { Profile = name },
        Readiness = new(IsHealthy: true, "There is a valid access token."),
        Token = new(TimeSpan.FromHours(1), TimeSpan.FromMinutes(30)),
        NextRefresh = TimeSpan.FromMinutes(15),
        Refreshes = [],
        LastSuccess = null,
        WhyRotationPending = null,
        LastLease = null,
    };

    /// <summary>A run of attempts that are 1 min apart. The last one ended 12 s ago and took 1.5 s.</summary>
    public static RefreshRun Run(
        RefreshTrigger trigger, RefreshOutcome outcome, string? reason = null, int attempts = 1, int failuresBefore = 0)
    {
        var last = new RefreshRecord(Now.AddSeconds(-12), trigger, outcome, TimeSpan.FromSeconds(1.5), reason);
        return new(last with { EndedAt = last.EndedAt.AddMinutes(1 - attempts) }, last, attempts, failuresBefore);
    }
}
