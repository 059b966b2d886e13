namespace Clik2pay.Sidecar.Provider;

/// <summary>The provider's environments. A credential does not show for which environment it was issued.</summary>
internal enum Clik2payEnvironment
{
    Sandbox,
    Production,

    /// <summary>Both addresses are settings, for a simulator or for an environment that has no published addresses.</summary>
    Custom,
}
