namespace Clik2pay.Simulator;

/// <summary>Where a simulator listens and whom it knows.</summary>
public sealed record SimulatorOptions
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>Scheme, host and port; port 0 takes a free one.</summary>
    public string Url { get; init; } = DefaultUrl;

    public SimulatedEnvironment Environment { get; init; } = SimulatedEnvironment.Sandbox;

    /// <summary>The one merchant of this environment. These are no secrets: they open nothing but a simulator.</summary>
    public string Username => $"{Name}-username";

    public string Password => $"{Name}-password";

    public string ApiKey => $"{Name}-api-key";

    private string Name => Environment == SimulatedEnvironment.Sandbox ? "sandbox" : "production";
}
