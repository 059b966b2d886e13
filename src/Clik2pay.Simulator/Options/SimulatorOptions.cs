namespace Clik2pay.Simulator.Options;

/// <summary>The options of a simulator: its address and the behavior to simulate.</summary>
public sealed record SimulatorOptions
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    internal const string MerchantId = "5d1c6a0e-3f0b-4b6e-9a55-2f6f4f1f7c11";
    internal const string MerchantName = "Simulated Merchant";

    /// <summary>Scheme, host and port. Port 0 selects a free port.</summary>
    public string Url { get; init; } = DefaultUrl;

    public SimulatedEnvironment Environment { get; init; } = SimulatedEnvironment.Sandbox;

    /// <summary>The undocumented behavior to simulate.</summary>
    public IReadOnlyCollection<Assumption> Assumptions { get; init; } = [];

    /// <summary>Where to send webhooks; null to send none.</summary>
    public WebhookTarget? Webhook { get; init; }

    /// <summary>The only valid username. The credentials are not secret, because only a simulator accepts them.</summary>
    public string Username => $"{Name}-username";

    public string Password => $"{Name}-password";

    public string ApiKey => $"{Name}-api-key";

    /// <returns>Whether the simulator has this undocumented behavior.</returns>
    public bool Assumes(Assumption assumption) => Assumptions.Contains(assumption);

    private string Name => Environment == SimulatedEnvironment.Sandbox ? "sandbox" : "production";
}
