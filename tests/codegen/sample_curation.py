"""The curation of the sample service, a text for each file."""

from __future__ import annotations

BOXES = '''
words = "Boxes."

[operations.CreateBox]
words = """
Make a box.

It is empty at first."""
effect = "create"
repeat_meets = ["BoxExistsException"]
returns = "box"
returned = "The new box."

[structures.CreateBoxRequest.members]
size = "How large it is."
boxName = "="
content = "What is in it."
lid = "Its lid."
parts = "Its parts."
notes = "What is written on it."
source = "Where it comes from."
counts = "How many of each colour are in it."
sendAt = "When it leaves."
tags = "Its tags."
weight = "What it weighs."

[structures.CreateBoxResponse]
members.box = "The new box."
always.box = "documented"

[operations.DescribeBoxes]
words = "List boxes."
effect = "read"
returns = "response"
returned = "The boxes."
items = ["boxes"]
refuses_paging_with = ["boxNames"]
splits = ["boxNames"]

[structures.DescribeBoxesRequest.members]
nextToken = "="
boxNames = "The boxes to describe."
maxResults = "How many boxes a page has."

[structures.DescribeBoxesResponse]
members.boxes = "The boxes of the page."
members.nextToken = "="
always.boxes = "documented"

[operations.CountColours]
words = "Count the colours."
effect = "read"
returns = "counts"
returned = "How many there are of each."

[structures.CountColoursRequest]
members = {}

[structures.CountColoursResponse]
members.counts = "How many there are of each."
always.counts = "documented"

[operations.DropBox]
words = "Drop a box."
effect = "delete"
repeat_meets = ["BoxNotFoundException"]
returns = "nothing"

[structures.DropBoxRequest.members]
boxName = "="

[structures.DropBoxResponse]
members = {}

# Before what it is made of: the generator puts the classes in order.
[structures.Box]
words = "A box."
shared = ["lid"]
secret = ["hidden"]
always.createdAt = "seen in a response"
[structures.Box.members]
boxName = "="
createdAt = "When it was made."
from = "Where it comes from."
hidden = "What nobody may read."
isOpen = "Whether it is open."
size = "How large it is."
weight = "What it weighs."
volume = "How much it holds."
content = "What is in it."
source = "Who made it."
lid = "Its lid."
parts = "Its parts."
counts = "How many of each colour are in it."
labels = "What is written on it."

[structures.Lid]
words = "A lid."
members.colour = "Its colour."
members.code = "What opens it."

[structures.Part]
words = "A part."
members.note = "What it is."
members.colour = "Its colour."

[enums.Source]
words = "Who made a box."
[enums.Source.values]
docker-hub = "Dockers."
k8s = "Helmsmen."
CamelCase = "Camels."
KMS_DSSE = "Two layers."
2way = "Whoever went both ways."
"with space" = "Whoever had room."
'''

PARCELS = """
words = "Parcels."

[operations.ListParcels]
words = "List parcels."
effect = "read"
returns = "response"
returned = "The parcels."
items = ["parcels"]

[structures.ListParcelsRequest.members]
nextToken = "="
maxResults = "How many parcels a page has."

[structures.ListParcelsResponse]
members.parcels = "The parcels of the page."
members.nextToken = "="
always.parcels = "documented"

[structures.Parcel]
words = "A parcel."
members.boxName = "The box it is in."
members.weight = "What it weighs."
"""

COMMON = """
words = "What several topics share."

[structures.Tag]
words = "A tag."
members.Key = "Its name."
members.Value = "Its value."

[enums.Colour]
words = "A colour."
values.RED = "Like a rose."
values.BLUE = "Like the sky."
"""

ERRORS = """
throttling_codes = ["Throttling"]
transient_codes = ["RequestTimeout"]

[modelled]
ServerException.when = "the service failed"
BoxNotFoundException.when = "there is no such box"

[modelled.BoxExistsException]
when = "there is such a box"
members.boxName = "Its name."
members.boxCount = "How many there are."

[common.ThrottlingException]
when = "there were too many calls"
codes = ["Throttling"]
"""

SHARED = """
pending = ["WeighParcels"]

[members]
boxName = "The box's name."
nextToken = "Where the next page begins."

[same_structures]
LidForCreation = "Lid"

[scalars.BoxName]
allowed = "lower-case words, joined by hyphens"
equivalent = "(?:[a-z]+-)*[a-z]+"

[scalars.Code]
allowed = "4 digits"

[scalars.CodeOfLid]
allowed = "6 digits"
"""

PUBLIC_NAMES = """
[modules]
"ecr_typed._client" = ["EcrClient"]
"ecr_typed._conversion.public" = ["from_boto3", "to_boto3"]
"""

FILES = {
    "boxes": BOXES,
    "parcels": PARCELS,
    "common": COMMON,
    "errors": ERRORS,
    "public_names": PUBLIC_NAMES,
    "shared": SHARED,
}
