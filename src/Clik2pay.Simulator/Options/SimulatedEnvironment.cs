namespace Clik2pay.Simulator.Options;

/// <summary>The provider's environment that is simulated. Each environment rejects the credentials and tokens of the other.</summary>
public enum SimulatedEnvironment
{
    Sandbox,
    Production,
}
