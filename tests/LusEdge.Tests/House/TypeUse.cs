namespace LusEdge.Tests.House;

/// <summary>One type's use of another.</summary>
/// <param name="From">The type that uses.</param>
/// <param name="Member">Where: <c>VideoFeed.Read</c> for instance, or the type alone for its base, fields and attributes.</param>
/// <param name="To">The type that is used.</param>
internal sealed record TypeUse(TypeName From, string Member, TypeName To);
