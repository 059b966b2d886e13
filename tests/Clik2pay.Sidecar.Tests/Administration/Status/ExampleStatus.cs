using Clik2pay.Sidecar.Administration.Status;
using Clik2pay.Sidecar.Provider;

namespace Clik2pay.Sidecar.Tests.Administration.Status;

/// <summary>A valid status. Tests change single members of it and show the result.</summary>
internal static class ExampleStatus
{
    public static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static SidecarStatus Ready { get; } = new()
    {
        At = Now,
        Uptime = TimeSpan.Zero,
        Environment = Clik2payEnvironment.Sandbox,
        ApiBaseUrl = new("https://api.example"),
        TokenEndpoint = new("https://auth.example/token"),
        Readiness = new(IsHealthy: true, "There is a valid access token."),
        Token = new(TimeSpan.FromHours(1), TimeSpan.FromMinutes(30)),
        NextRefresh = TimeSpan.FromMinutes(15),
        Refreshes = [],
        LastSuccess = null,
        WhyRotationPending = null,
        Store = new("this process"),
        LastLease = null,
        Responses = [],
    };
}
