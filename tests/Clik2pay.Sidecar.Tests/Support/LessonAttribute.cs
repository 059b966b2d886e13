using Xunit.v3;

namespace Clik2pay.Sidecar.Tests.Support;

/// <summary>Says what went wrong for others, and where, that this test keeps from going wrong here. Shown as the trait "Lesson".</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
internal sealed class LessonAttribute(string whatAndWhere) : Attribute, ITraitAttribute
{
    public string WhatAndWhere { get; } = whatAndWhere;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Lesson", WhatAndWhere)];
}
