import { at, shown, text } from '../lib/data';
import { objectRule } from '../lib/rule';
import { containers, workload } from '../lib/workloads';

/** Tags that mean another image tomorrow. */
const moving = ['latest', 'main', 'master', 'edge', 'stable', 'nightly', 'dev'];

/** Settings of {@link imagePinned}. */
interface Tags {
  readonly movingTags: readonly string[];
}

/** Images that cannot change under a stack: by digest, or by a tag that names a version. */
export const imagePinned = objectRule<Tags>({
  name: 'image-pinned',
  description: 'Images are named by digest, or by a tag that names one version.',
  mend: 'Name the version: image:1.2.3 or image@sha256:….',
  level: 'mandatory',
  settings: {
    movingTags: { type: 'array', description: 'Tags that are refused.', default: moving },
  },
  judge: (object, { movingTags }) => {
    const found = workload(object);
    if (!found) return [];
    const images =
      found.pod === undefined
        ? [at(object.value, 'spec', 'image')]
        : containers(found.pod).map((one) => at(one, 'image'));
    return images
      .map(text)
      .filter((image) => image !== undefined && !isPinned(image, movingTags))
      .map((image) => `image is ${shown(image)}`);
  },
});

function isPinned(image: string, movingTags: readonly string[]): boolean {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return true;
  const tag = /:([\w][\w.-]*)$/.exec(image)?.[1];
  return tag !== undefined && !movingTags.includes(tag);
}
