namespace Clik2pay.Simulator;

/// <summary>Which of the provider's environments is played. The credentials and tokens of one mean nothing to the other.</summary>
public enum SimulatedEnvironment
{
    Sandbox,
    Production,
}
