import { publicImages, versions, type ImageName } from '../../components/images';
import { imageNames, type ImageName as LabImageName } from '../../lab/images/images';

// The program may not import the lab, so each has its own list; a lab must have every image that the program asks for. Types say it too.
const asked: readonly LabImageName[] = Object.keys(publicImages) as ImageName[];

test('the lab has every image that the program asks for', () => {
  expect(asked.filter((name) => !imageNames.includes(name))).toEqual([]);
});

test('every image has a version and a public name that holds it', () => {
  expect(Object.keys(versions).sort()).toEqual([...asked].sort());
});
